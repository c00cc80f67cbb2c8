import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { type Config, readConfig } from './config.js';

/**
 * Reads the configuration from the process's environment and, below it, the `.env` of the working
 * folder.
 * @throws {ConfigError}
 */
export function configFromEnvironment(file = '.env'): Config {
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return readConfig({ ...fromFile, ...process.env });
}

import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Config } from './config.js';
import { readConfig } from './read-config.js';

/**
 * Reads the configuration from the process's environment, whose variables override those of the
 * `.env` file in the working folder.
 * @throws {ConfigError}
 */
export function configFromEnvironment(file = '.env'): Config {
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return readConfig({ ...fromFile, ...process.env });
}

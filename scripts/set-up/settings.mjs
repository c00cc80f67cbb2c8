import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as util from 'node:util';
import { root } from './paths.mjs';

/**
 * Returns a setting that the setup reads: an environment variable or, like the server's settings, a
 * line of the file `.env`. Node before 20.12 can't parse the file, which is then ignored.
 * @param {string} name
 * @param {{ env?: NodeJS.ProcessEnv, file?: string }} [options]
 * @returns {string} empty if it isn't set
 */
export function setting(name, { env = process.env, file = join(root, '.env') } = {}) {
  const given = env[name];
  if (given !== undefined) return given;
  if (!util.parseEnv || !existsSync(file)) return '';
  return util.parseEnv(readFileSync(file, 'utf8'))[name] ?? '';
}

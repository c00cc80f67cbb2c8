import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Returns the path of the media worker: MEDIASOUP_WORKER_BIN, or the one that the setup installed.
 * Undefined if neither exists; the one in mediasoup's package is used then.
 */
export function workerBin(): string | undefined {
  if (process.env.MEDIASOUP_WORKER_BIN) return process.env.MEDIASOUP_WORKER_BIN;
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'onair');
  const dir = join(cache, 'mediasoup-worker');
  if (!existsSync(dir)) return undefined;
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|\/)mediasoup-worker$/.test(path))
    .map((path) => join(dir, path))
    .filter((path) => statSync(path).isFile())
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

import { existsSync, readFileSync } from 'node:fs';

/** Where the setup records the path (scripts/set-up/mediasoup-worker.mjs). */
const RECORD = 'node_modules/.cache/onair/media-worker';

/**
 * Returns the path to the media worker: MEDIASOUP_WORKER_BIN, or the worker that this checkout's
 * setup found. Undefined if neither exists; the worker in mediasoup's package is used then.
 */
export function workerBin(): string | undefined {
  if (process.env.MEDIASOUP_WORKER_BIN) return process.env.MEDIASOUP_WORKER_BIN;
  const recorded = existsSync(RECORD) ? readFileSync(RECORD, 'utf8') : '';
  return existsSync(recorded) ? recorded : undefined;
}

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

/** @typedef {import('./progress.mjs').Report} Report */
/** @typedef {import('./worker-cache.mjs').WorkerPlace} WorkerPlace */

/**
 * Starts building our own worker in a process that outlives this one, so that the next start can use
 * it. Does nothing if a build has failed before: `node scripts/build-worker.mjs` retries it.
 * @param {{ place: WorkerPlace, node: string, report: Report }} options
 */
export async function buildInBackground({ place, node, report }) {
  if ((await place.failure()) !== null) return;
  mkdirSync(place.folder, { recursive: true });
  const log = join(place.folder, 'background.log');
  const output = openSync(log, 'w');
  const script = join(root, 'scripts/build-worker.mjs');
  const child = spawn(node, [script, '--background'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.once('error', () => undefined);
  child.unref();
  report.begin(
    `using mediasoup's prebuilt worker; a worker that needs about half the CPU is being compiled in the background for the next start (${log})`,
  );
}

import childProcess, { type SpawnOptions } from 'node:child_process';
import { createWorker, type types } from 'mediasoup';
import { childEnvironment } from '../config/child-environment.js';

/** The signals to which mediasoup listens in this process. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const { spawn } = childProcess;

/**
 * Starts a media worker process under terms for which mediasoup has no options:
 *
 * - without this server's settings in its environment, because it parses what strangers send;
 * - in a session of its own, so that Ctrl-C in a terminal and signals to this server's process
 *   group don't reach it;
 * - without mediasoup's own signal listeners in this process, which close the worker before
 *   broadcasts are ended.
 *
 * The worker ends by itself when this process is gone, because its channel then closes.
 *
 * mediasoup spawns and listens before `createWorker` returns its promise, so nothing else runs
 * while the process-wide state is changed here. test/integration/worker-process.test.ts fails if a
 * version of mediasoup does otherwise.
 */
export function startWorkerProcess(settings: types.WorkerSettings): Promise<types.Worker> {
  const { env } = process;
  const before = SIGNALS.map((signal) => process.listeners(signal));
  process.env = childEnvironment();
  Object.assign(childProcess, { spawn: spawnDetached });
  try {
    return createWorker(settings);
  } finally {
    Object.assign(childProcess, { spawn });
    process.env = env;
    for (const [index, signal] of SIGNALS.entries())
      for (const listener of process.listeners(signal))
        if (!before[index]?.includes(listener)) process.off(signal, listener);
  }
}

/** Spawns with setsid(2). */
function spawnDetached(command: string, args: readonly string[], options: SpawnOptions) {
  return spawn(command, args, { ...options, detached: true });
}

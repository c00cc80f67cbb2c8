import childProcess, { type SpawnOptions, type StdioOptions } from 'node:child_process';
import { createWorker, type types } from 'mediasoup';
import { childEnvironment } from '../config/child-environment.js';
import type { UdpCounters } from './udp-counters.js';

/** The signals to which mediasoup listens in the Node process. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const { spawn } = childProcess;

/** Lines of the worker's error output that are meant for the log (native/udp-queue/uv-hooks.c). */
const WARNING = /^onair: (.+)$/gm;

export type ProcessOptions = Readonly<{
  /** Whether a worker that can send several datagrams with one call does so. */
  segments: boolean;
  counters: UdpCounters;
  /** Called with each warning from the worker, as a sentence. */
  onWarning: (sentence: string) => void;
}>;

/**
 * Starts a media worker process in ways for which mediasoup has no options:
 *
 * - without this server's settings in its environment, because it parses what strangers send;
 * - in a session of its own, so that Ctrl-C in a terminal and signals to this server's process
 *   group don't reach it;
 * - without mediasoup's own signal listeners in the Node process, which close the worker before
 *   broadcasts are ended.
 *
 * A worker with Onair's code also gets the file for its counters, and reports warnings on its error
 * output.
 *
 * The worker exits by itself when the Node process ends, because its channel then closes.
 *
 * mediasoup spawns and listens before `createWorker` returns its promise, so nothing else runs
 * while the process-wide state is changed here. test/integration/worker-process.test.ts fails if a
 * version of mediasoup does otherwise.
 */
export function startWorkerProcess(
  settings: types.WorkerSettings,
  { segments, counters, onWarning }: ProcessOptions,
): Promise<types.Worker> {
  const { env } = process;
  const before = SIGNALS.map((signal) => process.listeners(signal));
  process.env = {
    ...childEnvironment(),
    ONAIR_UDP_SEGMENTS: segments ? 'on' : 'off',
  };
  /** Spawns with setsid(2), and with one more descriptor than mediasoup's. */
  const spawnDetached = (command: string, args: readonly string[], options: Spawning) => {
    const more = { ONAIR_UDP_COUNTERS_FD: String(options.stdio.length) };
    const own: SpawnOptions = {
      ...options,
      env: { ...options.env, ...more },
      stdio: [...options.stdio, counters.fd],
      detached: true,
    };
    const child = spawn(command, args, own);
    child.stderr?.on('data', (chunk: Buffer) => {
      for (const [, sentence = ''] of chunk.toString().matchAll(WARNING)) onWarning(sentence);
    });
    return child;
  };
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

/** The options with which mediasoup spawns its worker. */
type Spawning = Omit<SpawnOptions, 'stdio'> & { stdio: Exclude<StdioOptions, string> };

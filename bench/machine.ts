import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { promisify } from 'node:util';
import { version as mediasoupVersion } from 'mediasoup';
import { workerBin } from '../test/support/worker-bin.js';

const run = promisify(execFile);

/** The machine on which the benchmarks run. */
export type Machine = {
  cores: number;
  processor: string;
  node: string;
  mediasoup: string;
  /** The media worker's origin: prebuilt, or the recipe from which it was built. */
  worker: string;
  chromium: string;
};

export async function describeMachine(): Promise<Machine> {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    mediasoup: mediasoupVersion,
    worker: await workerOrigin(),
    chromium: await chromiumVersion(),
  };
}

/** Returns the machine's load average over the last minute. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

async function workerOrigin(): Promise<string> {
  const bin = workerBin();
  if (bin === undefined) return 'from the mediasoup package';
  const origin = await readFile(bin.replace(/[^/]+$/, 'origin'), 'utf8').catch(() => 'given');
  return origin.slice(0, 20).trim();
}

async function chromiumVersion(): Promise<string> {
  const program = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
  return run(program, ['--version']).then(
    ({ stdout }) => stdout.trim().split('\n').at(-1) ?? '',
    () => 'none',
  );
}

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { promisify } from 'node:util';
import { version as mediasoupVersion } from 'mediasoup';
import { workerBin } from '../test/support/worker-bin.js';

const run = promisify(execFile);

/** What the figures were measured on. */
export type Machine = {
  cores: number;
  processor: string;
  node: string;
  mediasoup: string;
  /** How the media worker came here: prebuilt, or built with which recipe. */
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

/** The load of the last minute. */
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

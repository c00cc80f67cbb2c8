import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';

const SECRET = 'known-only-to-this-server';
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const listeners = () => SIGNALS.map((signal) => process.rawListeners(signal));

let server: TestApp;
const before = listeners();
beforeAll(async () => {
  process.env.SECRET_OF_THE_SERVER = SECRET;
  server = await startTestApp();
});
afterAll(async () => {
  delete process.env.SECRET_OF_THE_SERVER;
  await server.close();
});

/** Returns the process ids of the media workers that this process started. */
async function workers(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const isOurs = (await read('status')).includes(`\nPPid:\t${process.pid}\n`);
    return isOurs && (await read('cmdline')).includes('mediasoup-worker') ? [pid] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Returns a process's group and session. */
async function belongsTo(pid: string): Promise<{ group: string; session: string }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const [, , group = '', session = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { group, session };
}

it('a worker adds no signal listeners to the server’s process', () => {
  expect(listeners()).toEqual(before);
});

describe.skipIf(process.platform !== 'linux')('a media worker', () => {
  it('does not get the server’s secrets, which remain in the server’s own environment', async () => {
    const pids = await workers();
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
      expect(environment).toContain('PATH=');
      expect(environment).not.toContain(SECRET);
    }
    expect(process.env.SECRET_OF_THE_SERVER).toBe(SECRET);
  });

  it('has its own session and process group', async () => {
    const pids = await workers();
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids) expect(await belongsTo(pid)).toEqual({ group: pid, session: pid });
  });
});

it('can turn off sending in runs, which the worker’s environment shows', async () => {
  for (const [parts, expected] of [
    ['gso', 'on'],
    ['none', 'off'],
  ] as const) {
    const others = await workers();
    const other = await startTestApp({ overrides: { MEDIASOUP_WORKER_PARTS: parts } });
    const own = (await workers()).find((pid) => !others.includes(pid));
    const environment = await readFile(`/proc/${own}/environ`, 'utf8');
    expect(environment).toContain(`ONAIR_UDP_SEGMENTS=${expected}`);
    await other.close();
  }
});

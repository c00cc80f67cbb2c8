import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';

const LIMIT_KB = 250 * 1024;

/** Returns a value of /proc/PID/status, in kilobytes. */
async function status(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
}

describe.runIf(process.platform === 'linux')('the idle server', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    // These are the flags of `npm start` (scripts/set-up/server-flags.mjs).
    server = await ServerProcess.start({ NODE_OPTIONS: '--max-semi-space-size=4' });
  });
  afterAll(() => server.close());

  it('stays under 250 MB, including its first start, which creates the database', async () => {
    await fetch(`${server.url}/readyz`);
    // Memory that only startup needs is released.
    await expect.poll(() => status(server.pid, 'VmRSS')).toBeLessThan(LIMIT_KB);
    // The peak: startup must not need a larger machine either.
    expect(await status(server.pid, 'VmHWM')).toBeLessThan(LIMIT_KB * 1.2);
  });
});

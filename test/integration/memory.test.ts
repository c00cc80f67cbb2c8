import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';

const LIMIT_KB = 220 * 1024;
/** The heap is collected half a minute after the start, so this waits longer. */
const SETTLED_MS = 120_000;

/** Returns a value from /proc/PID/status, in kilobytes. */
async function status(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
}

describe.runIf(process.platform === 'linux')('the idle server', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start();
  });
  afterAll(() => server.close());

  it('stays under 220 MB', { timeout: 2 * SETTLED_MS }, async () => {
    await fetch(`${server.url}/readyz`);
    // Memory that only the startup needs is released.
    await expect
      .poll(() => status(server.pid, 'VmRSS'), { timeout: SETTLED_MS })
      .toBeLessThan(LIMIT_KB);
    // The peak is limited as well, because startup must not need a larger machine.
    expect(await status(server.pid, 'VmHWM')).toBeLessThan(LIMIT_KB * 1.4);
  });
});

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../support/server-process.js';

const LIMIT_KB = 250 * 1024;
/** How long it is watched: memory that only a start needs has gone, or what grows without use shows. */
const WATCH_MS = 3_000;

/** A number of /proc/PID/status, kilobytes. */
async function status(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
}

describe.runIf(process.platform === 'linux')('the idle server', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    // As `npm start` does: scripts/set-up/server-flags.mjs.
    server = await ServerProcess.start({ NODE_OPTIONS: '--max-semi-space-size=4' });
  });
  afterAll(() => server.close());

  it('stays under 250 MB, also at its first start, which makes the database', async () => {
    await fetch(`${server.url}/readyz`);
    await sleep(WATCH_MS);
    expect(await status(server.pid, 'VmRSS')).toBeLessThan(LIMIT_KB);
    // The most it ever took: a start must not need a bigger machine either.
    expect(await status(server.pid, 'VmHWM')).toBeLessThan(LIMIT_KB * 1.2);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.mjs';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-lock-'));
  file = join(folder, 'deep/lock');
});
afterEach(() => rm(folder, { recursive: true }));

test('two processes run one after the other, and the second is notified', async () => {
  const events = [];
  const release = Promise.withResolvers();
  const first = withLock(file, {
    work: async () => {
      events.push('first begins');
      await release.promise;
      events.push('first ends');
    },
  });
  await expect.poll(() => events).toEqual(['first begins']);
  const second = withLock(file, {
    onWait: (owner) => {
      events.push(`second waits for ${owner}`);
      release.resolve(undefined);
    },
    work: async () => events.push('second begins'),
  });
  await Promise.all([first, second]);
  expect(events).toEqual([
    'first begins',
    `second waits for process ${process.pid}`,
    'first ends',
    'second begins',
  ]);
  expect(existsSync(file)).toBe(false);
});

test('failed work releases the lock', async () => {
  const failing = withLock(file, { work: () => Promise.reject(new Error('no')) });
  await expect(failing).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test('the lock of a killed process is taken over', async () => {
  await withLock(file, { work: async () => undefined });
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  await writeFile(file, JSON.stringify({ host: hostname(), pid: child.pid }));
  expect(await withLock(file, { work: async () => 'taken' })).toBe('taken');
});

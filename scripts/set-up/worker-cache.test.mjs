import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WorkerPlace } from './worker-cache.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-cache-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const onWait = () => undefined;
/** Writes a program that behaves like a worker without a parent, and prints a text. */
async function write(/** @type {string} */ workshop, /** @type {string} */ text) {
  const program = join(workshop, 'worker');
  await writeFile(program, `#!/bin/sh\necho ${text}\nexit 41\n`, { mode: 0o755 });
  return program;
}

test('a place is filled once, and names its content', async () => {
  const place = new WorkerPlace('1-linux-x64-abc', 'built abcdef');
  expect(await place.isReady()).toBe(false);
  let times = 0;
  const make = async (/** @type {string} */ workshop) => {
    times += 1;
    return { program: await write(workshop, 'one'), parts: ['gso', 'jemalloc'] };
  };
  expect(await place.obtain({ onWait, make })).toBe(true);
  expect(await place.obtain({ onWait, make })).toBe(true);
  expect(times).toBe(1);
  const origin = await readFile(join(place.folder, 'origin'), 'utf8');
  expect(origin).toBe('built abcdef\nparts gso jemalloc\n');
});

test('workers of different recipes have different places', async () => {
  const [one, other] = ['aaa', 'bbb'].map((id) => new WorkerPlace(`1-${id}`, `built ${id}`));
  for (const place of [one, other])
    await place?.obtain({ onWait, make: async (shop) => ({ program: await write(shop, 'x') }) });
  expect(await one?.isReady()).toBe(true);
  expect(await other?.isReady()).toBe(true);
});

test('a worker that no longer starts, or has another origin, is not ready', async () => {
  const place = new WorkerPlace('1', 'built abc');
  const make = async (/** @type {string} */ shop) => ({ program: await write(shop, 'x') });
  await place.obtain({ onWait, make });
  expect(await new WorkerPlace('1', 'built abd').isReady()).toBe(false);
  await writeFile(place.program, '#!/bin/sh\nexit 127\n', { mode: 0o755 });
  expect(await place.isReady()).toBe(false);
});

test('a failed build leaves the place unchanged, and can be recorded', async () => {
  const place = new WorkerPlace('1', 'built abc');
  const failing = place.obtain({ onWait, make: () => Promise.reject(new Error('no compiler')) });
  await expect(failing).rejects.toThrow('no compiler');
  expect(await place.isReady()).toBe(false);
  expect(await place.failure()).toBeNull();
  await place.recordFailure('no compiler');
  expect(await place.failure()).toBe('no compiler');
  await place.clearFailure();
  expect(await place.failure()).toBeNull();
});

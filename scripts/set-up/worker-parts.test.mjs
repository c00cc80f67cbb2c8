import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setting } from './settings.mjs';
import { chosenBuildTime, chosenParts } from './worker-parts.mjs';

test('all parts are chosen by default, and some or none on request', () => {
  expect([...chosenParts('')]).toEqual(['gso', 'openssl', 'jemalloc']);
  expect([...chosenParts('jemalloc, gso')]).toEqual(['gso', 'jemalloc']);
  expect([...chosenParts('none')]).toEqual([]);
});

test.each(['gs', 'gso,,jemalloc', 'gso none'])('the parts %j are rejected', (text) => {
  expect(() => chosenParts(text)).toThrow(
    expect.objectContaining({ advice: expect.stringContaining('gso, openssl, jemalloc') }),
  );
});

test('our own worker is built in the background by default', () => {
  expect(chosenBuildTime('')).toBe('background');
  expect(chosenBuildTime('never')).toBe('never');
  expect(() => chosenBuildTime('later')).toThrow('MEDIASOUP_WORKER_BUILD');
});

test('a setting is an environment variable or a line of .env', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onair-settings-'));
  try {
    const file = join(folder, '.env');
    expect(setting('ONE', { env: {}, file })).toBe('');
    await writeFile(file, 'ONE=of the file\nTWO=2\n');
    expect(setting('ONE', { env: {}, file })).toBe('of the file');
    expect(setting('ONE', { env: { ONE: 'of the environment' }, file })).toBe('of the environment');
    expect(setting('ONE', { env: { ONE: '' }, file })).toBe('');
  } finally {
    await rm(folder, { recursive: true });
  }
});

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asEnvironment, findOptional } from './optional-programs.mjs';

const WANTED = {
  title: 'Tea',
  what: 'all about tea',
  debianPackage: 'tea',
  programs: { TEA_BIN: ['tea', 'chai'], CUP_BIN: ['cup'] },
};

/** @type {string} */
let folder;
/** @type {string[]} */
let said;
const report = {
  begin: (/** @type {string} */ line) => void said.push(line),
  detail: () => {},
};

/** @param {string} name */
async function program(name) {
  const path = join(folder, name);
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

beforeEach(async () => {
  said = [];
  folder = await mkdtemp(join(tmpdir(), 'onair-programs-'));
  vi.stubEnv('PATH', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('programs are found in PATH under any of their names', async () => {
  const [chai, cup] = [await program('chai'), await program('cup')];
  expect(await findOptional(WANTED, report)).toEqual({ TEA_BIN: chai, CUP_BIN: cup });
  expect(said).toEqual([]);
});

test('a variable takes precedence over PATH', async () => {
  await program('tea');
  const cup = await program('cup');
  const mine = await program('my-tea');
  vi.stubEnv('TEA_BIN', mine);
  expect(await findOptional(WANTED, report)).toEqual({ TEA_BIN: mine, CUP_BIN: cup });
});

test('an empty variable disables a program, for the tests as well', async () => {
  await program('tea');
  await program('cup');
  vi.stubEnv('CUP_BIN', '');
  const found = await findOptional(WANTED, report);
  expect(found).toBeNull();
  expect(said).toEqual(['Tea is disabled, so this is skipped: all about tea']);
  expect(asEnvironment(WANTED, found)).toEqual({ TEA_BIN: '', CUP_BIN: '' });
});

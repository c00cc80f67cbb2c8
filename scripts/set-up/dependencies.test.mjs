import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isInstalled } from './dependencies.mjs';
import { root } from './paths.mjs';

const manifest = { dependencies: { left: '1.0.0' }, optionalDependencies: { native: '2.0.0' } };
const left = { version: '1.0.0', integrity: 'sha512-left' };
const native = { version: '2.0.0', integrity: 'sha512-native', optional: true };
const lock = {
  packages: {
    '': manifest,
    'node_modules/left': left,
    'node_modules/native': native,
  },
};
const { '': _, ...packages } = lock.packages;

test('what the lock file says is installed', () => {
  expect(isInstalled({ manifest, lock, installed: { packages } })).toBe(true);
});

test('an optional package may be missing: it is for another platform', () => {
  const installed = { packages: { 'node_modules/left': left } };
  expect(isInstalled({ manifest, lock, installed })).toBe(true);
});

test.each([
  ['a missing package', { 'node_modules/native': native }],
  ['another version', { 'node_modules/left': { ...left, version: '0.9.0' } }],
  ['the same version with another content', { 'node_modules/left': { ...left, integrity: 'x' } }],
])('%s has to be installed', (_case, installedPackages) => {
  expect(isInstalled({ manifest, lock, installed: { packages: installedPackages } })).toBe(false);
});

test('a package.json that the lock file has not followed has to be installed, which fails and says so', () => {
  const changed = { ...manifest, devDependencies: { extra: '1.0.0' } };
  expect(isInstalled({ manifest: changed, lock, installed: { packages } })).toBe(false);
});

// Where a platform's package can't be had when the lock file is written, npm leaves it out of it, and
// from then on "npm ci" refuses to work: such a version of a tool must not be taken.
test('our lock file holds the packages of every platform', async () => {
  const { packages: locked } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const names = new Set(Object.keys(locked).map((path) => path.split('node_modules/').at(-1)));
  const missing = Object.entries(locked).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !names.has(name))
      .map((name) => `${path} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

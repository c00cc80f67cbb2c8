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

test('packages that match the lock file are installed', () => {
  expect(isInstalled({ manifest, lock, installed: { packages } })).toBe(true);
});

test('an optional package may be missing if its platform is unknown', () => {
  const installed = { packages: { 'node_modules/left': left } };
  expect(isInstalled({ manifest, lock, installed })).toBe(true);
});

// npm leaves out an optional package whose download fails, and succeeds.
test.each([
  [{ os: ['linux'], cpu: ['x64'] }, false],
  [{ os: 'linux', cpu: 'x64' }, false],
  [{ os: ['linux'], cpu: ['x64'], libc: ['glibc'] }, false],
  [{ os: ['linux'], cpu: ['x64'], libc: ['musl'] }, true],
  [{ os: ['linux'], cpu: ['arm64'] }, true],
  [{ os: ['darwin'], cpu: ['x64'] }, true],
])('an optional package for %j may be missing on Linux with glibc on x64: %s', (made, may) => {
  const platform = { os: 'linux', cpu: 'x64', libc: 'glibc' };
  const forOne = { packages: { ...lock.packages, 'node_modules/native': { ...native, ...made } } };
  const installed = { packages: { 'node_modules/left': left } };
  expect(isInstalled({ manifest, lock: forOne, installed }, platform)).toBe(may);
});

test.each([
  ['a missing package', { 'node_modules/native': native }],
  ['another version', { 'node_modules/left': { ...left, version: '0.9.0' } }],
  ['the same version with another content', { 'node_modules/left': { ...left, integrity: 'x' } }],
])('%s requires an installation', (_case, installedPackages) => {
  expect(isInstalled({ manifest, lock, installed: { packages: installedPackages } })).toBe(false);
});

test('a package.json that differs from the lock file requires an installation, which fails with an error', () => {
  const changed = { ...manifest, devDependencies: { extra: '1.0.0' } };
  expect(isInstalled({ manifest: changed, lock, installed: { packages } })).toBe(false);
});

// If a platform's package is unavailable when the lock file is written, npm omits it, and "npm ci"
// fails from then on, so such a version of a tool must not be used.
test('our lock file contains the packages of every platform', async () => {
  const { packages: locked } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const names = new Set(Object.keys(locked).map((path) => path.split('node_modules/').at(-1)));
  const missing = Object.entries(locked).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !names.has(name))
      .map((name) => `${path} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

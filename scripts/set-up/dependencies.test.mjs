import { expect, test } from 'vitest';
import { isInstalled } from './dependencies.mjs';

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

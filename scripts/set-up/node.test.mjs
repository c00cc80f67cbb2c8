import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAtLeast, MINIMUM_NODE, parseVersion } from './node.mjs';
import { root } from './paths.mjs';

test.each([
  ['v24.21.0\n', [24, 21, 0]],
  ['>=24.15', [24, 15, 0]],
  ['22', [22, 0, 0]],
])('%j is parsed as a version', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

test('a text without a version is rejected', () => {
  expect(() => parseVersion('latest')).toThrow('contains no version');
});

test.each([
  ['v24.15.0', true],
  ['v24.21.1', true],
  ['v26.0.0', true],
  ['v24.14.9', false],
  ['v20.20.2', false],
  ['v9.99.99', false],
])('%s at least 24.15.0: %s', (version, expected) => {
  expect(isAtLeast(version, '24.15.0')).toBe(expected);
});

test('the setup requires the Node version in package.json', async () => {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(parseVersion(manifest.engines.node)).toEqual(parseVersion(MINIMUM_NODE));
});

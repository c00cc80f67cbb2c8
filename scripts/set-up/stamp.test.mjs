import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashInputs, Stamp } from './stamp.mjs';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-stamp-'));
  await mkdir(join(folder, 'src/deep'), { recursive: true });
  await writeFile(join(folder, 'src/a.ts'), 'a');
  await writeFile(join(folder, 'src/deep/b.ts'), 'b');
});
afterEach(() => rm(folder, { recursive: true }));

const hash = (/** @type {string[]} */ also = []) => hashInputs([join(folder, 'src')], also);

test('the hash is unchanged when a file is rewritten with the same content', async () => {
  const before = await hash();
  await writeFile(join(folder, 'src/deep/b.ts'), 'b');
  expect(await hash()).toBe(before);
});

test('the hash changes with the content or name of a file, with a new file, and with other dependencies', async () => {
  const hashes = [await hash(), await hash(['another version'])];
  await writeFile(join(folder, 'src/deep/b.ts'), 'c');
  hashes.push(await hash());
  await rename(join(folder, 'src/deep/b.ts'), join(folder, 'src/deep/c.ts'));
  hashes.push(await hash());
  await writeFile(join(folder, 'src/empty.ts'), '');
  hashes.push(await hash());
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('a missing input is ignored', async () => {
  expect(await hashInputs([join(folder, 'src'), join(folder, 'missing')])).toBe(await hash());
});

test('a stamp matches only the recorded hash, and only while the output exists', async () => {
  const output = join(folder, 'output');
  const stamp = new Stamp('it', join(folder, 'stamps'));
  expect(await stamp.matches('one', output)).toBe(false);
  await stamp.write('one');
  expect(await stamp.matches('one', output)).toBe(false);
  await writeFile(output, '');
  expect(await stamp.matches('one', output)).toBe(true);
  expect(await stamp.matches('two', output)).toBe(false);
});

test('an interrupted run leaves no stamp, so that the output is made again', async () => {
  const output = join(folder, 'output');
  await writeFile(output, '');
  const stamp = new Stamp('it', join(folder, 'stamps'));
  await stamp.write('one');
  await stamp.clear();
  expect(await stamp.matches('one', output)).toBe(false);
});

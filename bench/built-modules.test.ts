import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../', import.meta.url);

it('modules of the built service that benchmarks import have a source', () => {
  const texts = readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'));
  const all = (pattern: RegExp) =>
    texts.flatMap((text) => [...text.matchAll(pattern)].map(([, found]) => found ?? ''));
  const folders = all(/new URL\('([./]*dist\/)', import\.meta\.url\)/g);
  expect(folders.length).toBeGreaterThan(0);
  for (const folder of folders)
    expect(new URL(folder, import.meta.url).href).toBe(new URL('dist/', ROOT).href);
  const paths = all(/await load\(\s*'([^']+)\.js',?\s*\)/g);
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !existsSync(new URL(`src/${path}.ts`, ROOT)))).toEqual([]);
});

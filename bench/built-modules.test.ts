import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../', import.meta.url);

it('every built module that a benchmark imports has a source file', () => {
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

it('the modules that start servers load in Node, which can only strip types', () => {
  const urls = ['../scripts/resolve-typescript.mjs', 'cluster-nodes.ts', 'whep-servers.ts'].map(
    (file) => new URL(file, import.meta.url).href,
  );
  const program = urls.map((url) => `await import(${JSON.stringify(url)});`).join('\n');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
}, 120_000);

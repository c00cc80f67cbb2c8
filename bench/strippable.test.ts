import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, it } from 'vitest';

const HERE = new URL('.', import.meta.url);

/** Returns the files that a module imports by relative paths, statically or dynamically. */
function importsOf(file: string, text: string): string[] {
  const names = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, name]) => name);
  return names.flatMap((name = '') => {
    const source = new URL(name, file).href.replace(/\.js$/, '.ts');
    return existsSync(new URL(source)) ? [source] : [];
  });
}

// Node runs benchmarks without compiling them, so it supports only syntax that it can strip.
it('benchmarks import only files whose types Node can strip', () => {
  const waiting = readdirSync(HERE)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => new URL(file, HERE).href);
  const seen = new Set(waiting);
  const refused: string[] = [];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(new URL(file), 'utf8');
    try {
      const stripped = stripTypeScriptTypes(text);
      for (const next of importsOf(file, stripped)) {
        if (!seen.has(next)) waiting.push(next);
        seen.add(next);
      }
    } catch {
      refused.push(file);
    }
  }
  expect(seen.size).toBeGreaterThan(100);
  expect(refused).toEqual([]);
});

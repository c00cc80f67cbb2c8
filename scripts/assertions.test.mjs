import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** A matcher whose object contains a regular expression. Vitest treats any value as equal to it. */
const COMPARED =
  /\.(?:toMatchObject|toEqual|toStrictEqual)\([^()]*[:[,]\s*\/(?![/*])(?:[^/\n\\]|\\.)+\/[a-z]*\s*[,}\]]/;

it('no test compares a text with a bare regular expression, which matches anything', () => {
  expect(COMPARED.test('expect(a).toMatchObject({ b: 1, c: /d/i });')).toBe(true);
  expect(COMPARED.test('expect(a).toMatchObject({ b: expect.stringMatching(/c/) });')).toBe(false);
  const files = execFileSync('git', ['ls-files', '*.test.ts', '*.test.tsx', 'test/*.ts'])
    .toString()
    .trim()
    .split('\n');
  expect(files.filter((file) => COMPARED.test(readFileSync(file, 'utf8')))).toEqual([]);
});

import { expect, it } from 'vitest';
import { localPath } from './local-path.js';

it.each([
  ['/studio?a=b', '/studio?a=b'],
  ['//evil.example/x', '/'],
  ['/\\evil.example', '/'],
  ['/.//evil.example', '/'],
  ['https://evil.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['\t//evil.example', '/'],
  [undefined, '/'],
])('redirects from %j to %s', (path, next) => {
  expect(localPath(path)).toBe(next);
});

import { expect, it } from 'vitest';
import { pageOf } from './dev-pages.js';

it.each([
  ['/', 'index'],
  ['/studio', 'studio'],
  ['/register', 'account'],
  ['/embed/ada', 'embed'],
  ['/ada-99', 'watch'],
  ['/ui/watch/main.tsx', null],
  ['/@vite/client', null],
  ['/favicon.svg', null],
])('takes %s as %s', (path, page) => {
  expect(pageOf(path)).toBe(page);
});

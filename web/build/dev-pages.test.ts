import { expect, it } from 'vitest';
import { pageOf } from './dev-pages.js';

it.each([
  ['/', 'index'],
  ['/studio', 'studio'],
  ['/stage/tea', 'guest'],
  ['/register', 'account'],
  ['/embed/ada', 'embed'],
  ['/recordings/0198f3a0-0000-7000-8000-000000000000', 'recording'],
  ['/clips/0198f3a0-0000-7000-8000-000000000000', 'recording'],
  ['/ada-99', 'watch'],
  ['/ui/watch/main.tsx', null],
  ['/@vite/client', null],
  ['/favicon.svg', null],
])('maps %s to %s', (path, page) => {
  expect(pageOf(path)).toBe(page);
});

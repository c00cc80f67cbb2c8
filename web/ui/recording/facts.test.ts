import { expect, it } from 'vitest';
import { fileSize } from './facts.js';

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [850_000, '850 kB'],
  [1_240_000_000, '1.2 GB'],
  [5e15, '5000 TB'],
])('formats %i bytes as %s', (bytes, text) => {
  expect(fileSize(bytes)).toBe(text);
});

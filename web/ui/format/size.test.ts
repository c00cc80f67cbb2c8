import { expect, it } from 'vitest';
import { sizeLabel } from './size.js';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_500, '1.5 kB'],
  [850_000, '850 kB'],
  [1_240_000_000, '1.2 GB'],
  [10_000_000_000, '10.0 GB'],
  [5e15, '5000 TB'],
])('formats %d bytes as %s', (bytes, label) => {
  expect(sizeLabel(bytes)).toBe(label);
});

import { expect, it } from 'vitest';
import { sizeLabel } from '../format/size.js';
import { uptimeLabel } from './labels.js';

it.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_536, '1.5 KB'],
  [250 * 1_048_576, '250 MB'],
  [5 * 2 ** 40, '5.0 TB'],
  [5_000 * 2 ** 40, '5000 TB'],
])('formats %d bytes as %s', (bytes, label) => {
  expect(sizeLabel(bytes)).toBe(label);
});

it.each([
  [59, '0 minutes'],
  [60, '1 minute'],
  [3_660, '1 hour 1 minute'],
  [2 * 86_400 + 3_600, '2 days 1 hour'],
])('formats %d seconds as %s', (seconds, label) => {
  expect(uptimeLabel(seconds)).toBe(label);
});

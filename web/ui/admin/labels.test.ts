import { expect, it } from 'vitest';
import { uptimeLabel } from './labels.js';

it.each([
  [59, '0 minutes'],
  [60, '1 minute'],
  [3_660, '1 hour 1 minute'],
  [2 * 86_400 + 3_600, '2 days 1 hour'],
])('formats %d seconds as %s', (seconds, label) => {
  expect(uptimeLabel(seconds)).toBe(label);
});

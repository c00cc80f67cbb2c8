import { expect, it } from 'vitest';
import { whenLabel } from './when-label.js';

const NOW = Date.parse('2026-11-23T12:00:00Z');

it.each([
  [null, 'never'],
  ['2026-11-23T11:59:40Z', 'just now'],
  ['2026-11-23T11:55:00Z', '5 minutes ago'],
  ['2026-11-23T10:00:00Z', '2 hours ago'],
  ['2026-11-22T10:00:00Z', 'yesterday'],
  ['2026-11-03T12:00:00Z', 'Nov 3, 2026'],
  ['2026-12-03T12:00:00Z', 'Dec 3, 2026'],
])('formats %s as %s', (time, label) => {
  expect(whenLabel(time, NOW)).toBe(label);
});

import { describe, expect, it } from 'vitest';
import { ago, clockTime, wordyDuration } from './duration.js';

const HOUR_MS = 3_600_000;

describe('clockTime', () => {
  it.each([
    [0, '0:00'],
    [7_999, '0:07'],
    [61_000, '1:01'],
    [HOUR_MS - 1, '59:59'],
    [HOUR_MS + 129_000, '1:02:09'],
    [-5_000, '0:00'],
  ])('shows %i ms as %s', (ms, text) => {
    expect(clockTime(ms)).toBe(text);
  });
});

describe('wordyDuration', () => {
  it.each([
    [400, 'less than a second'],
    [1_000, '1 second'],
    [125_000, '2 minutes 5 seconds'],
    [2 * HOUR_MS + 300_000, '2 hours 5 minutes'],
    [2 * HOUR_MS + 5_000, '2 hours'],
    [49 * HOUR_MS, '2 days 1 hour'],
  ])('formats %i ms as "%s"', (ms, text) => {
    expect(wordyDuration(ms)).toBe(text);
  });
});

describe('ago', () => {
  it.each([
    [59_000, 'just now'],
    [-1_000, 'just now'],
    [60_000, '1 minute ago'],
    [5 * HOUR_MS + 1, '5 hours ago'],
    [25 * HOUR_MS, 'yesterday'],
    [72 * HOUR_MS, '3 days ago'],
  ])('formats %i ms earlier as "%s"', (elapsedMs, text) => {
    expect(ago(1_000_000_000_000 - elapsedMs, 1_000_000_000_000)).toBe(text);
  });
});

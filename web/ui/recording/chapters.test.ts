import { describe, expect, it } from 'vitest';
import { chapterAt, startOf } from './chapters.js';

describe('startOf', () => {
  it.each([
    ['?t=75', 75_000],
    ['?t=75.5', 75_500],
    ['?t=75s', 75_000],
    ['?t=1m15s', 75_000],
    ['?t=1h', 3_600_000],
    ['?t=1h1m1s', 3_661_000],
    ['?t=99999', 7_200_000],
    ['?t=-5', 0],
    ['?t=soon', 0],
    ['?t=', 0],
    ['', 0],
  ])('of %s within two hours is %i ms', (search, startMs) => {
    expect(startOf(search, 7_200_000)).toBe(startMs);
  });
});

describe('chapterAt', () => {
  const chapters = [
    { atMs: 1_000, title: 'one' },
    { atMs: 5_000, title: 'two' },
  ];

  it.each([
    [0, null],
    [1_000, 'one'],
    [4_999, 'one'],
    [90_000, 'two'],
  ])('at %i ms is %s', (positionMs, title) => {
    expect(chapterAt(chapters, positionMs)?.title ?? null).toBe(title);
  });
});

import { describe, expect, it } from 'vitest';
import { inWords, parseSeconds } from './duration.js';

describe('inWords', () => {
  it.each([
    [1, '1 second'],
    [59_001, '60 seconds'],
    [90_000, '90 seconds'],
    [120_000, '2 minutes'],
    [3_600_000, '60 minutes'],
    [7_200_001, '3 hours'],
    [14 * 86_400_000, '14 days'],
  ])('formats %d ms as %s', (ms, words) => {
    expect(inWords(ms)).toBe(words);
  });
});

describe('parseSeconds', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['10M', 600],
    ['2h', 7_200],
    ['14d', 1_209_600],
    ['', null],
    ['s', null],
    ['1.5h', null],
    ['-5', null],
    ['10 m', null],
    ['12345678', null],
  ])('parses %j', (text, seconds) => {
    expect(parseSeconds(text)).toBe(seconds);
  });

  it('parses a bare number in the given unit', () => {
    expect(parseSeconds('10', 'm')).toBe(600);
    expect(parseSeconds('10s', 'm')).toBe(10);
  });
});

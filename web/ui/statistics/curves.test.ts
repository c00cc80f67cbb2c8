import { describe, expect, it } from 'vitest';
import { messagesAMinute, rowsOf, watchTime } from './curves.js';

const statistics = (stepS: number, viewers: (number | null)[], messages: (number | null)[]) => ({
  startedAt: '2026-01-01T00:00:00.000Z',
  stepS,
  viewers,
  messages,
  peakViewers: 0,
  watchTimeS: 0,
});

describe('messagesAMinute', () => {
  it('sums the messages of the preceding minute', () => {
    const messages = [6, 0, 0, 0, 0, 0, 1, null, 2];
    const viewers = messages.map(() => 0);
    expect(messagesAMinute(statistics(10, viewers, messages))).toEqual([
      6,
      6,
      6,
      6,
      6,
      6,
      1,
      null,
      3,
    ]);
  });

  it('is an average if steps are longer than a minute', () => {
    expect(messagesAMinute(statistics(120, [0, 0], [10, 4]))).toEqual([5, 2]);
  });
});

describe('rowsOf', () => {
  it('contains a row for each step of a short broadcast', () => {
    expect(rowsOf(statistics(10, [null, 3], [null, 1]))).toEqual([
      { fromMs: 0, viewers: null, messages: null },
      { fromMs: 10_000, viewers: 3, messages: 1 },
    ]);
  });

  it('preserves the peaks and sums of a long broadcast in few rows', () => {
    const viewers = Array.from({ length: 1_440 }, (_, index) => (index === 700 ? 9 : 1));
    const rows = rowsOf(statistics(80, viewers, viewers));
    expect(rows.length).toBeLessThanOrEqual(30);
    expect(Math.max(...rows.map((row) => row.viewers ?? 0))).toBe(9);
    expect(rows.reduce((sum, row) => sum + (row.messages ?? 0), 0)).toBe(1_448);
    expect(rows[1]?.fromMs).toBe(7_200_000);
  });

  it('is empty without data', () => {
    expect(rowsOf(statistics(10, [], []))).toEqual([]);
  });
});

describe('watchTime', () => {
  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [3_600, '1 h'],
    [43_380, '12 h 3 min'],
    [7_200_060, '2,000 h 1 min'],
  ])('formats %i seconds as %s', (seconds, text) => expect(watchTime(seconds)).toBe(text));
});

import { expect, it } from 'vitest';
import { parseLoudness } from './volume-memory.js';

it('parses a stored volume', () => {
  expect(parseLoudness('0.4')).toEqual({ volume: 0.4, muted: false });
  expect(parseLoudness('0.4 muted')).toEqual({ volume: 0.4, muted: true });
});

it.each([null, '', 'loud', '7', '-1', 'NaN muted'])(
  'falls back to full volume for %j',
  (stored) => {
    expect(parseLoudness(stored)).toEqual({ volume: 1, muted: false });
  },
);

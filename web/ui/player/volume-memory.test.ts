import { expect, it } from 'vitest';
import { parseLoudness } from './volume-memory.js';

it('reads what was kept', () => {
  expect(parseLoudness('0.4')).toEqual({ volume: 0.4, muted: false });
  expect(parseLoudness('0.4 muted')).toEqual({ volume: 0.4, muted: true });
});

it.each([null, '', 'loud', '7', '-1', 'NaN muted'])('takes %j as full volume', (stored) => {
  expect(parseLoudness(stored)).toEqual({ volume: 1, muted: false });
});

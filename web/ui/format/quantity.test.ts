import { expect, it } from 'vitest';
import { bitrate, count, delay, percent, shortCount, viewerCount } from './quantity.js';

it('formats counts in full and in short', () => {
  expect([count(1_204), shortCount(1_204), shortCount(999)]).toEqual(['1,204', '1.2K', '999']);
});

it('uses the singular only for one viewer', () => {
  expect([0, 1, 2].map(viewerCount)).toEqual(['0 viewers', '1 viewer', '2 viewers']);
});

it('never shows a negative latency', () => {
  expect([delay(312), delay(-20)]).toEqual(['0.3 s', '0.0 s']);
});

it('changes from kilobits to megabits at one megabit', () => {
  expect([bitrate(999_000), bitrate(1_000_000)]).toEqual(['999 kbit/s', '1.0 Mbit/s']);
});

it('shows a decimal only between 0 and 10 percent', () => {
  expect([0, 0.42, 12.4].map(percent)).toEqual(['0%', '0.4%', '12%']);
});

import { describe, expect, it } from 'vitest';
import { STATISTICS_POINTS_MAX } from '../protocol/statistics.js';
import type { Sample } from './sample.js';
import { spanAt } from './sample-steps.js';
import { inSteps } from './statistics-view.js';

const sample = (step: number, viewers: number, messages = 0): Sample => ({
  broadcastId: 'a',
  step,
  viewers,
  watchS: viewers * 10 * spanAt(step),
  messages,
  epoch: 1,
});

describe('inSteps', () => {
  it('returns null for steps without data', () => {
    expect(inSteps([sample(3, 2), sample(1, 4, 5)])).toEqual({
      stepS: 10,
      viewers: [null, 4, null, 2],
      messages: [null, 5, null, 0],
      watchTimeS: 60,
    });
  });

  it('is empty without samples', () => {
    expect(inSteps([])).toEqual({ stepS: 10, viewers: [], messages: [], watchTimeS: 0 });
  });

  it('preserves the peaks and sums of long broadcasts in a limited number of points', () => {
    const samples: Sample[] = [];
    for (let step = 0; step < 30 * 8_640; step += spanAt(step)) samples.push(sample(step, 1, 1));
    samples[5_000] = sample(5_000, 900, 1);
    const { stepS, viewers, messages, watchTimeS } = inSteps(samples);
    expect(viewers.length).toBeLessThanOrEqual(STATISTICS_POINTS_MAX);
    expect(viewers.length).toBeGreaterThan(STATISTICS_POINTS_MAX / 2);
    expect(viewers.length * stepS).toBeGreaterThanOrEqual(30 * 86_400);
    expect(Math.max(...viewers.map(Number))).toBe(900);
    expect(messages.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(samples.length);
    expect(watchTimeS).toBe(30 * 86_400 + 899 * 10);
  });
});

import { describe, expect, it } from 'vitest';
import { sampleAt, spanAt, STEP_MS } from './sample-steps.js';
import { Tally } from './tally.js';

const START = 1_000_000;
const tallyOf = (viewers: number) =>
  new Tally({ id: 'a', epoch: 1, startedAtMs: START }, viewers, START);

describe('Tally', () => {
  it('records the peak viewers and the total watch time of a step', () => {
    const tally = tallyOf(1);
    expect(tally.record(3, START + 2_000)).toBeNull();
    expect(tally.record(0, START + 4_000)).toBeNull();
    // One viewer for two seconds, then three viewers for two seconds.
    expect(tally.record(2, START + STEP_MS)).toEqual({
      broadcastId: 'a',
      step: 0,
      viewers: 3,
      watchS: 8,
      messages: 0,
      epoch: 1,
    });
    expect(tally.sample).toMatchObject({ step: 1, viewers: 2, watchS: 0 });
  });

  it('carries fractions of a second over to the next step', () => {
    const tally = tallyOf(1);
    let watchS = 0;
    for (let ms = 900; ms <= 90_000; ms += 900) watchS += tally.record(1, START + ms)?.watchS ?? 0;
    expect(watchS + tally.sample.watchS).toBe(90);
  });

  it('counts a repeated message only once', () => {
    const tally = tallyOf(0);
    tally.count([5, 6]);
    tally.count([6, 7]);
    expect(tally.record(0, START + STEP_MS)).toMatchObject({ messages: 3 });
    expect(tally.sample.messages).toBe(0);
  });

  it('counts at most ten seconds while the process was stopped', () => {
    const tally = tallyOf(10);
    expect(tally.record(10, START + 3_600_000)).toMatchObject({ step: 0, watchS: 100 });
    expect(tally.sample.step).toBe(360);
  });

  it('continues the current sample when the clock is set back', () => {
    const tally = tallyOf(1);
    tally.record(1, START + STEP_MS);
    expect(tally.record(1, START - 5_000)).toBeNull();
    expect(tally.sample.step).toBe(1);
  });
});

describe('samples', () => {
  const DAY = 8_640;

  it('cover ten seconds for a day, then twice as long each time the broadcast doubles', () => {
    expect([0, DAY - 1, DAY, 2 * DAY - 1, 2 * DAY, 4 * DAY].map(spanAt)).toEqual([
      1, 1, 2, 2, 4, 8,
    ]);
    expect(sampleAt((DAY + 3) * STEP_MS)).toBe(DAY + 2);
  });

  it('cover a year without gaps or overlaps, in fewer than 50,000 samples', () => {
    const year = 365 * DAY;
    let samples = 0;
    for (let step = 0; step < year; step += spanAt(step)) {
      expect(sampleAt(step * STEP_MS)).toBe(step);
      expect(sampleAt((step + spanAt(step)) * STEP_MS - 1)).toBe(step);
      samples += 1;
    }
    expect(samples).toBeLessThan(50_000);
  });
});

import { describe, expect, it } from 'vitest';
import { sampleAt, spanAt, STEP_MS } from './sample-steps.js';
import { Tally } from './tally.js';

const START = 1_000_000;
const tallyOf = (viewers: number) => new Tally({ id: 'a', startedAtMs: START }, viewers, START);

describe('a tally', () => {
  it('knows the most viewers of a step, and what all of them watched', () => {
    const tally = tallyOf(1);
    expect(tally.look(3, START + 2_000)).toBeNull();
    expect(tally.look(0, START + 4_000)).toBeNull();
    // One for two seconds, then three for two.
    expect(tally.look(2, START + STEP_MS)).toEqual({
      broadcastId: 'a',
      step: 0,
      viewers: 3,
      watchS: 8,
      messages: 0,
    });
    expect(tally.sample).toMatchObject({ step: 1, viewers: 2, watchS: 0 });
  });

  it('loses no parts of seconds between steps', () => {
    const tally = tallyOf(1);
    let watchS = 0;
    for (let ms = 900; ms <= 90_000; ms += 900) watchS += tally.look(1, START + ms)?.watchS ?? 0;
    expect(watchS + tally.sample.watchS).toBe(90);
  });

  it('counts a message once that is told twice', () => {
    const tally = tallyOf(0);
    tally.count([5, 6]);
    tally.count([6, 7]);
    expect(tally.look(0, START + STEP_MS)).toMatchObject({ messages: 3 });
    expect(tally.sample.messages).toBe(0);
  });

  it('takes no time for watched in which the process stood still', () => {
    const tally = tallyOf(10);
    expect(tally.look(10, START + 3_600_000)).toMatchObject({ step: 0, watchS: 100 });
    expect(tally.sample.step).toBe(360);
  });

  it('goes on when the clock is set back', () => {
    const tally = tallyOf(1);
    tally.look(1, START + STEP_MS);
    expect(tally.look(1, START - 5_000)).toBeNull();
    expect(tally.sample.step).toBe(1);
  });
});

describe('samples', () => {
  const DAY = 8_640;

  it('are of ten seconds for a day, then twice as long each time the broadcast is', () => {
    expect([0, DAY - 1, DAY, 2 * DAY - 1, 2 * DAY, 4 * DAY].map(spanAt)).toEqual([
      1, 1, 2, 2, 4, 8,
    ]);
    expect(sampleAt((DAY + 3) * STEP_MS)).toBe(DAY + 2);
  });

  it('follow one another without a gap or an overlap, and are few', () => {
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

import { beforeEach, describe, expect, it } from 'vitest';
import { ArrivalWatch, SILENCE_MS } from './arrival-watch.js';

let reported: boolean[];
let watch: ArrivalWatch;
beforeEach(() => {
  reported = [];
  watch = new ArrivalWatch((isArriving) => reported.push(isArriving));
});

describe('ArrivalWatch', () => {
  it('reports the first packet and lasting silence', () => {
    watch.packet(0);
    watch.check([{ bytes: 100, paused: false }], 500);
    watch.check([{ bytes: 100, paused: false }], SILENCE_MS);
    expect(reported).toEqual([true]);
    watch.check([{ bytes: 100, paused: false }], 500 + SILENCE_MS);
    expect(reported).toEqual([true, false]);
    watch.check([{ bytes: 120, paused: false }], 600 + SILENCE_MS);
    expect(reported).toEqual([true, false, true]);
  });

  it('counts media as arriving if one of two tracks arrives', () => {
    watch.packet(0);
    for (let second = 1; second < 60; second += 1)
      watch.check(
        [
          { bytes: 100 * second, paused: false },
          { bytes: 0, paused: false },
        ],
        second * 1_000,
      );
    expect(reported).toEqual([true]);
  });

  it('waits for a publisher that has paused everything', () => {
    watch.packet(0);
    for (let second = 1; second < 60; second += 1)
      watch.check([{ bytes: 100, paused: true }], second * 1_000);
    expect(reported).toEqual([true]);
  });

  it('does not count a long interval between two checks as silence if bytes arrived', () => {
    watch.packet(0);
    watch.check([{ bytes: 100, paused: false }], 5 * SILENCE_MS);
    expect(reported).toEqual([true]);
  });

  it('waits for a packet after the connection was lost', () => {
    watch.packet(0);
    watch.check([{ bytes: 100, paused: false }], 1_000);
    watch.lost();
    watch.check([{ bytes: 100, paused: false }], 2_000);
    expect(reported).toEqual([true, false]);
    watch.check([{ bytes: 200, paused: false }], 3_000);
    expect(reported).toEqual([true, false, true]);
  });
});

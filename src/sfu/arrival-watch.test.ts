import { beforeEach, describe, expect, it } from 'vitest';
import { ArrivalWatch, SILENCE_MS } from './arrival-watch.js';

let told: boolean[];
let watch: ArrivalWatch;
beforeEach(() => {
  told = [];
  watch = new ArrivalWatch((isArriving) => told.push(isArriving));
});

describe('ArrivalWatch', () => {
  it('tells the first packet, and silence that lasts', () => {
    watch.packet(0);
    watch.look([{ bytes: 100, paused: false }], 500);
    watch.look([{ bytes: 100, paused: false }], SILENCE_MS);
    expect(told).toEqual([true]);
    watch.look([{ bytes: 100, paused: false }], 500 + SILENCE_MS);
    expect(told).toEqual([true, false]);
    watch.look([{ bytes: 120, paused: false }], 600 + SILENCE_MS);
    expect(told).toEqual([true, false, true]);
  });

  it('is content with one track of two', () => {
    watch.packet(0);
    for (let second = 1; second < 60; second += 1)
      watch.look(
        [
          { bytes: 100 * second, paused: false },
          { bytes: 0, paused: false },
        ],
        second * 1_000,
      );
    expect(told).toEqual([true]);
  });

  it('waits for who has paused everything', () => {
    watch.packet(0);
    for (let second = 1; second < 60; second += 1)
      watch.look([{ bytes: 100, paused: true }], second * 1_000);
    expect(told).toEqual([true]);
  });

  it('takes a long gap between two looks for no silence when something came in it', () => {
    watch.packet(0);
    watch.look([{ bytes: 100, paused: false }], 5 * SILENCE_MS);
    expect(told).toEqual([true]);
  });

  it('waits for a packet after the connection was lost', () => {
    watch.packet(0);
    watch.look([{ bytes: 100, paused: false }], 1_000);
    watch.lost();
    watch.look([{ bytes: 100, paused: false }], 2_000);
    expect(told).toEqual([true, false]);
    watch.look([{ bytes: 200, paused: false }], 3_000);
    expect(told).toEqual([true, false, true]);
  });
});

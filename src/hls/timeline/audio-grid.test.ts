import { describe, expect, it } from 'vitest';
import type { Sample } from '../../media/mp4/sample.js';
import { OPUS_CONFIG, opusDurationTicks } from '../../media/rtp/opus-depacketizer.js';
import { audioFramingOf } from './audio-framing.js';
import { AudioGrid } from './audio-grid.js';

const MS = 48;
const PACKET_TICKS = 20 * MS;
const packet: Sample = {
  data: Uint8Array.of(0xfc, 1, 2),
  durationTicks: PACKET_TICKS,
  keyFrame: true,
};

/**
 * Places packets captured one after another, each `offMs` away from its exact place. Returns the
 * remaining deviation of each.
 */
function placed(
  grid: AudioGrid,
  { from, count, offMs }: { from: number; count: number; offMs: number },
) {
  const left: number[] = [];
  for (let at = from; at < from + count; at += 1) {
    const ticks = at * PACKET_TICKS + offMs * MS;
    if (grid.place(ticks, packet).at(-1) !== packet) continue;
    left.push(((grid.endTicks ?? 0) - PACKET_TICKS - ticks) / MS);
  }
  return left;
}

function started(): AudioGrid {
  const grid = new AudioGrid(audioFramingOf(OPUS_CONFIG));
  grid.startAt(0);
  placed(grid, { from: 0, count: 50, offMs: 0 });
  return grid;
}

describe('AudioGrid', () => {
  it.each([8.5, 13, 19, -8.5, -13, -19])(
    'corrects a lasting deviation of %d ms within a second',
    (offMs) => {
      const left = placed(started(), { from: 50, count: 200, offMs });
      expect(Math.abs(left[0] ?? 0)).toBe(Math.abs(offMs));
      for (const one of left.slice(51)) expect(Math.abs(one)).toBeLessThanOrEqual(2.5);
    },
  );

  it.each([25, 333, -25, -333])('corrects a deviation of %d ms at once', (offMs) => {
    const left = placed(started(), { from: 50, count: 200, offMs });
    for (const one of left) expect(Math.abs(one)).toBeLessThanOrEqual(20);
    for (const one of left.slice(60)) expect(Math.abs(one)).toBeLessThanOrEqual(8);
  });

  it('ignores jitter', () => {
    const grid = started();
    for (let at = 50; at < 500; at += 1) {
      const offMs = [19, 0, -19, 5][at % 4] ?? 0;
      expect(grid.place(at * PACKET_TICKS + offMs * MS, packet)).toEqual([packet]);
    }
  });

  it('fills with silence packets that state their duration', () => {
    const grid = started();
    const samples = grid.place(50 * PACKET_TICKS + 77.5 * MS, packet);
    expect(samples.reduce((sum, { durationTicks }) => sum + durationTicks, 0)).toBe(97.5 * MS);
    for (const { data, durationTicks } of samples.slice(0, -1))
      expect(opusDurationTicks(data)).toBe(durationTicks);
  });
});

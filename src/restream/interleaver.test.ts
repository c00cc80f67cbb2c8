import { expect, it } from 'vitest';
import type { TimedSample } from '../broadcast/ports/samples.js';
import { AAC_CONFIG } from '../media/codecs/aac-format.js';
import { Interleaver } from './interleaver.js';

const BOTH = { video: true, audio: true, refused: null };
const sample = (kind: TimedSample['kind'], timeMs: number): TimedSample => ({
  kind,
  timeMs,
  compositionMs: 0,
  keyFrame: true,
  data: Uint8Array.of(1),
  config: AAC_CONFIG,
});
const timesOf = (samples: readonly TimedSample[]) => samples.map(({ timeMs }) => timeMs);

it('passes samples of both kinds on in order of time', () => {
  const interleaver = new Interleaver();
  expect(timesOf(interleaver.push(sample('video', 0), BOTH))).toEqual([]);
  expect(timesOf(interleaver.push(sample('video', 40), BOTH))).toEqual([]);
  expect(timesOf(interleaver.push(sample('audio', 20), BOTH))).toEqual([0, 20]);
  expect(timesOf(interleaver.push(sample('audio', 41), BOTH))).toEqual([40]);
});

it('doesn’t wait for a kind that the broadcast lacks', () => {
  const interleaver = new Interleaver();
  const silent = { ...BOTH, audio: false };
  expect(timesOf(interleaver.push(sample('video', 0), silent))).toEqual([0]);
  const blind = { ...BOTH, video: false };
  expect(timesOf(interleaver.push(sample('audio', 10), blind))).toEqual([10]);
});

it('waits at most four seconds for a kind that is missing', () => {
  const interleaver = new Interleaver();
  const passed = Array.from({ length: 60 }, (_, index) =>
    interleaver.push(sample('video', index * 100), BOTH),
  ).flat();
  expect(passed.at(-1)?.timeMs).toBe(5_900 - 4_100);
});

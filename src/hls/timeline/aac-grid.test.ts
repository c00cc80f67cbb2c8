import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { AAC_FRAME_TICKS, aacConfigOf } from '../../media/codecs/aac-format.js';
import type { Sample } from '../../media/mp4/sample.js';
import { audioFramingOf } from './audio-framing.js';
import { AudioGrid } from './audio-grid.js';

/** AAC-LC at 48 and 44.1 kHz, and HE-AAC with a 22.05 kHz core. */
const RECORDS = ['1190', '1208', '2b920800'];
const CONFIGS = RECORDS.map((hex) => aacConfigOf(Buffer.from(hex, 'hex'))!);
const packet: Sample = {
  data: Uint8Array.of(1, 2, 3),
  durationTicks: AAC_FRAME_TICKS,
  keyFrame: true,
};

type Scene = Readonly<{
  config: (typeof CONFIGS)[number];
  /** The frames' exact capture times, in samples. */
  captured: readonly number[];
}>;
type Placed = Readonly<{ capturedTicks: number; ticks: number }>;

/** Places frames whose times are rounded to milliseconds, as in FLV. */
function place({ config, captured }: Scene, startTicks = 0) {
  const grid = new AudioGrid(audioFramingOf(config));
  grid.startAt(startTicks);
  const placed: Placed[] = [];
  let [silences, dropped] = [0, 0];
  for (const capturedTicks of captured) {
    const ms = Math.round((capturedTicks * 1_000) / config.sampleRate);
    const samples = grid.place(Math.round((ms * config.sampleRate) / 1_000), packet);
    const isThere = samples.at(-1) === packet;
    silences += samples.length - (isThere ? 1 : 0);
    if (!isThere) dropped += 1;
    else placed.push({ capturedTicks, ticks: grid.endTicks! - AAC_FRAME_TICKS });
  }
  return { placed, silences, dropped };
}

const offMs = (config: Scene['config'], { capturedTicks, ticks }: Placed): number =>
  ((ticks - capturedTicks) * 1_000) / config.sampleRate;
/** The largest deviation of any frame. */
const mostOffMs = (config: Scene['config'], placed: readonly Placed[]): number =>
  placed.reduce((most, one) => Math.max(most, Math.abs(offMs(config, one))), 0);

const anyConfig = fc.constantFrom(...CONFIGS);
const frames = (count: number, from = 0, ppm = 0): number[] =>
  Array.from({ length: count }, (_, index) => from + index * AAC_FRAME_TICKS * (1 + ppm / 1e6));

describe('AAC on its sample grid', () => {
  it('follows its times within a millisecond, without inserting or dropping anything', () => {
    fc.assert(
      fc.property(anyConfig, fc.nat(100_000), fc.integer({ min: 1, max: 3_000 }), (...args) => {
        const [config, from, count] = args;
        // The run begins with the first frame, whose time may be rounded down.
        const startTicks = Math.max(0, from - AAC_FRAME_TICKS / 2);
        const scene = { config, captured: frames(count, from) };
        const { placed, silences, dropped } = place(scene, startTicks);
        expect({ silences, dropped }).toEqual({ silences: 0, dropped: 0 });
        expect(placed).toHaveLength(count);
        expect(mostOffMs(config, placed)).toBeLessThanOrEqual(1);
      }),
      { numRuns: fuzzRuns(50) },
    );
  });

  it('begins with the first frame captured after the start', () => {
    const [config] = CONFIGS;
    const { placed, dropped } = place({ config: config!, captured: frames(10, 0) }, 1_500);
    expect(dropped).toBe(2);
    expect(placed[0]!.capturedTicks).toBe(2_048);
    expect(Math.abs(placed[0]!.ticks - 2_048)).toBeLessThan(48);
  });

  it('returns to within half a frame of its times after any pauses, using whole frames', () => {
    const pauses = fc.array(fc.record({ frames: fc.nat(60), pauseTicks: fc.nat(200_000) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(anyConfig, pauses, (config, all) => {
        let from = 0;
        const settled = new Set<number>();
        const captured = all.flatMap(({ frames: count, pauseTicks }) => {
          const some = frames(count, from);
          from += count * AAC_FRAME_TICKS + pauseTicks;
          // A deviation of up to a frame lasts for a second before it is corrected.
          for (const ticks of some)
            if (ticks - (some[0] ?? 0) > 1.2 * config.sampleRate) settled.add(ticks);
          return some;
        });
        const { placed } = place({ config, captured });
        const frameMs = (AAC_FRAME_TICKS * 1_000) / config.sampleRate;
        const isSettled = ({ capturedTicks }: Placed) => settled.has(capturedTicks);
        expect(mostOffMs(config, placed)).toBeLessThanOrEqual(frameMs + 1);
        expect(mostOffMs(config, placed.filter(isSettled))).toBeLessThanOrEqual(frameMs / 2 + 4);
        const [first] = placed;
        const isWhole = ({ ticks }: Placed) => (ticks - first!.ticks) % AAC_FRAME_TICKS === 0;
        expect(placed.every(isWhole)).toBe(true);
      }),
      { numRuns: fuzzRuns(100) },
    );
  });

  it('follows a sender whose clock differs from its sample rate', () => {
    fc.assert(
      fc.property(anyConfig, fc.integer({ min: -500, max: 500 }), (config, ppm) => {
        const count = 20_000;
        const { placed, silences, dropped } = place({ config, captured: frames(count, 0, ppm) });
        const limitMs = (AAC_FRAME_TICKS * 500) / config.sampleRate + 5;
        expect(mostOffMs(config, placed)).toBeLessThanOrEqual(limitMs);
        // Insertions and drops don't exceed the difference between the clocks.
        expect(silences + dropped).toBeLessThanOrEqual((count * Math.abs(ppm)) / 1e6 + 1);
      }),
      { numRuns: fuzzRuns(15) },
    );
  });

  it('ignores jitter in the times', () => {
    const [config] = CONFIGS;
    const grid = new AudioGrid(audioFramingOf(config!));
    grid.startAt(10_000);
    for (let at = 0; at < 2_000; at += 1) {
      const offTicks = [900, 0, -900, 300][at % 4]!;
      expect(grid.place(10_000 + at * AAC_FRAME_TICKS + (at === 0 ? 0 : offTicks), packet)).toEqual(
        [packet],
      );
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter } from './limiter.js';

const RATE = 48_000;
const CEILING = 0.89;

/** Limits a stereo sound in blocks of the size that Web Audio uses. */
function limited(sound: (at: number) => number, frames: number): Float32Array {
  const limiter = new Limiter({ sampleRate: RATE, ceiling: CEILING });
  const result = new Float32Array(frames);
  for (let start = 0; start < frames; start += 128) {
    const input = Float32Array.from({ length: 128 }, (_, at) => sound(start + at));
    const left = result.subarray(start, start + 128);
    limiter.process([input, input.map((sample) => -sample / 2)], [left, new Float32Array(128)]);
  }
  return result;
}

const peakOf = (samples: Float32Array) =>
  samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
const sine = (amplitude: number, hz: number) => (at: number) =>
  amplitude * Math.sin((2 * Math.PI * hz * at) / RATE);

describe('Limiter', () => {
  it('lets no sample of any sound exceed the ceiling', () => {
    const burst = fc.record({
      at: fc.integer({ min: 0, max: 2_000 }),
      length: fc.integer({ min: 1, max: 900 }),
      amplitude: fc.double({ min: 0, max: 20, noNaN: true }),
      hz: fc.integer({ min: 20, max: 20_000 }),
    });
    fc.assert(
      fc.property(fc.array(burst, { minLength: 1, maxLength: 6 }), (bursts) => {
        const sound = (at: number) =>
          bursts
            .filter((each) => at >= each.at && at < each.at + each.length)
            .reduce((sum, { amplitude, hz }) => sum + sine(amplitude, hz)(at), 0);
        expect(peakOf(limited(sound, 3_200))).toBeLessThanOrEqual(CEILING + 1e-6);
      }),
    );
  });

  it('leaves a quiet sound unchanged, 5 ms later', () => {
    const sound = sine(0.5, 440);
    const output = limited(sound, 4_096);
    const delay = RATE * 0.005 - 1;
    for (let at = delay; at < 4_096; at += 1) expect(output[at]).toBeCloseTo(sound(at - delay), 4);
  });

  it('returns to full volume after a loud moment', () => {
    const sound = (at: number) => sine(at < 4_800 ? 4 : 0.5, 440)(at);
    const output = limited(sound, RATE);
    expect(peakOf(output.subarray(4_800 + 480, 4_800 + 960))).toBeLessThan(0.4);
    expect(peakOf(output.subarray(RATE - 4_800))).toBeGreaterThan(0.49);
  });

  it('holds a steady loud sound just below the ceiling, without distorting it', () => {
    const output = limited(sine(2, 440), RATE).subarray(RATE / 2);
    const peak = peakOf(output);
    expect(peak).toBeGreaterThan(0.8);
    // A clipped sine would stay at the peak value for many samples.
    const nearPeak = output.filter((sample) => Math.abs(sample) > 0.98 * peak).length;
    expect(nearPeak / output.length).toBeLessThan(0.16);
  });
});

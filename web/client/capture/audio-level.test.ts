import { describe, expect, it } from 'vitest';
import { audioLevelOf, meterFraction } from './audio-level.js';

describe('audioLevelOf', () => {
  it('returns minus infinity for silence and for no samples', () => {
    expect(audioLevelOf(new Float32Array(0)).rmsDb).toBe(Number.NEGATIVE_INFINITY);
    expect(audioLevelOf(new Float32Array(480))).toEqual({
      rmsDb: Number.NEGATIVE_INFINITY,
      peakDb: Number.NEGATIVE_INFINITY,
    });
  });

  it('measures a full-scale sine at 0 dB peak and -3 dB RMS', () => {
    const sine = Float32Array.from({ length: 4_800 }, (_, i) => Math.sin((2 * Math.PI * i) / 48));
    const { rmsDb, peakDb } = audioLevelOf(sine);
    expect(peakDb).toBeCloseTo(0, 2);
    expect(rmsDb).toBeCloseTo(-3.01, 2);
  });
});

describe('meterFraction', () => {
  it('maps the floor to 0 and full scale to 1, and clamps to them', () => {
    expect([Number.NEGATIVE_INFINITY, -90, -60, -30, 0, 6].map(meterFraction)).toEqual([
      0, 0, 0, 0.5, 1, 1,
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { audioLevelOf, meterFraction } from './audio-level.js';

describe('audioLevelOf', () => {
  it('calls nothing and silence minus infinity', () => {
    expect(audioLevelOf(new Float32Array(0)).rmsDb).toBe(Number.NEGATIVE_INFINITY);
    expect(audioLevelOf(new Float32Array(480))).toEqual({
      rmsDb: Number.NEGATIVE_INFINITY,
      peakDb: Number.NEGATIVE_INFINITY,
    });
  });

  it('gives a full-scale sine 0 dB of peak and 3 dB less of loudness', () => {
    const sine = Float32Array.from({ length: 4_800 }, (_, i) => Math.sin((2 * Math.PI * i) / 48));
    const { rmsDb, peakDb } = audioLevelOf(sine);
    expect(peakDb).toBeCloseTo(0, 2);
    expect(rmsDb).toBeCloseTo(-3.01, 2);
  });
});

describe('meterFraction', () => {
  it('runs from the floor to full scale and stays inside', () => {
    expect([Number.NEGATIVE_INFINITY, -90, -60, -30, 0, 6].map(meterFraction)).toEqual([
      0, 0, 0, 0.5, 1, 1,
    ]);
  });
});

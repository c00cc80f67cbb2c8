/**
 * The loudness of a series of samples, in decibels below full scale: 0 is the loudest, -Infinity is
 * silence.
 */
export interface AudioLevel {
  readonly rmsDb: number;
  readonly peakDb: number;
}

/** The level at the left end of the meter. */
export const METER_FLOOR_DB = -60;
/**
 * A level above this counts as a voice. A quiet room is well below it, even without noise
 * suppression.
 */
export const HEARD_DB = -50;

/** Returns the level of samples between -1 and 1. */
export function audioLevelOf(samples: Float32Array): AudioLevel {
  let squares = 0;
  let peak = 0;
  for (const sample of samples) {
    squares += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  const rms = samples.length === 0 ? 0 : Math.sqrt(squares / samples.length);
  return { rmsDb: decibels(rms), peakDb: decibels(peak) };
}

/** Returns the position of a level on the meter, 0 to 1. */
export function meterFraction(levelDb: number): number {
  return Math.min(1, Math.max(0, 1 - levelDb / METER_FLOOR_DB));
}

function decibels(amplitude: number): number {
  return amplitude <= 0 ? Number.NEGATIVE_INFINITY : 20 * Math.log10(amplitude);
}

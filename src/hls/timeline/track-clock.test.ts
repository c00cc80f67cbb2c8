import { describe, expect, it } from 'vitest';
import { TrackClock } from './track-clock.js';

const TICKS_PER_MS = 90;
const FRAME_MS = 20;
const START_MS = 1_800_000_000_000;
const START_RTP = 123_456;
/** The number of frames per report, for one report a second. */
const REPORT_EVERY = 50;
/** The largest error that a clock leaves uncorrected. */
const TOLERANCE_MS = 3;

const rtpAt = (atMs: number) => (START_RTP + Math.round(atMs * TICKS_PER_MS)) % 2 ** 32;

/**
 * Sends frames for this many seconds, each as late as `lateMsOf` returns. Every 50th frame comes
 * with a report that gives the time at which it was sent.
 * @returns the error of each frame's capture time, in milliseconds
 */
function errorsOf(seconds: number, lateMsOf: (frame: number) => number): number[] {
  const publisher = { stepMs: 0, known: false };
  const clock = new TrackClock({ ticksPerMs: TICKS_PER_MS, layerCount: 1, publisher });
  return Array.from({ length: (seconds * 1_000) / FRAME_MS }, (_, frame) => {
    const atMs = frame * FRAME_MS;
    const sentMs = START_MS + atMs + lateMsOf(frame);
    const rtpTime = rtpAt(atMs);
    if (frame % REPORT_EVERY === 0) clock.report(0, { ntpMs: sentMs, rtpTime, nowMs: sentMs });
    const unit = { layer: 0, rtpTime, keyFrame: true, arrivedMs: sentMs };
    const ticks = clock.captureTicks(unit, null);
    if (ticks === null) throw new Error('a frame was dropped');
    return ticks / TICKS_PER_MS - (START_MS + atMs);
  });
}

describe('TrackClock, with reports that give the time of sending', () => {
  it('places frames by the earliest reports, however late the others are', () => {
    // The frames are 0 to 33 ms late, as if the sender delayed audio until the next video frame.
    const errors = errorsOf(60, (frame) => (frame * 7) % 34);
    const settled = errors.slice(errors.length / 2).map((error) => Math.abs(error));
    expect(Math.max(...settled)).toBeLessThanOrEqual(TOLERANCE_MS);
  });

  it('adapts to a sender that becomes permanently slower', () => {
    const errors = errorsOf(120, (frame) => (frame < 3_000 ? 0 : 60));
    expect(errors.at(2_999)).toBeCloseTo(0, 0);
    expect(Math.abs(60 - (errors.at(-1) ?? 0))).toBeLessThanOrEqual(TOLERANCE_MS);
  });
});

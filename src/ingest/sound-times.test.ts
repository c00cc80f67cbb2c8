import { describe, expect, it } from 'vitest';
import { PACKET_TICKS, SoundTimes } from './sound-times.js';

/** A frame of 1,024 samples at 48 kHz. */
const FRAME_TICKS = 1_024;
const FRAME_MS = FRAME_TICKS / 48;

/** Records frames, and returns the times of the packets that they fill. */
function packetsOf(times: SoundTimes, framesMs: readonly number[]): (number | null)[] {
  for (const timeMs of framesMs) times.frame(timeMs, FRAME_TICKS);
  const packets = Math.floor((framesMs.length * FRAME_TICKS) / PACKET_TICKS);
  return Array.from({ length: packets }, () => times.packet());
}

const frames = (count: number, startMs: number, stepMs = FRAME_MS) =>
  Array.from({ length: count }, (_, i) => Math.round(startMs + i * stepMs));

describe('the times of transcoded sound', () => {
  it('advance evenly, although the frame times are rounded', () => {
    const packets = packetsOf(new SoundTimes(), frames(100, 5_000));
    expect(packets[0]).toBe(5_000 * 48 - 312);
    const steps = packets.slice(1).map((time, i) => (time ?? 0) - (packets[i] ?? 0));
    expect(new Set(steps)).toEqual(new Set([PACKET_TICKS]));
  });

  it('jump where the frame times do', () => {
    const times = new SoundTimes();
    const packets = packetsOf(times, [...frames(50, 0), ...frames(50, 60_000)]);
    const last = packets.at(-1) ?? 0;
    // The last frame starts at 61,045 ms, and the last packet up to 26 ms earlier or 21 ms later.
    expect(last / 48).toBeGreaterThan(60_000 + 49 * FRAME_MS - 27);
    expect(last / 48).toBeLessThan(60_000 + 50 * FRAME_MS);
    expect(
      packets.filter((time) => time !== null && time > 50 * FRAME_MS * 48 && time < 59_000 * 48),
    ).toEqual([]);
  });

  it('follow a sender whose clock is slower than its audio', () => {
    // 0.5% slower: 1.07 s in 10,000 frames, more than the tolerance.
    const packets = packetsOf(new SoundTimes(), frames(1_000, 0, FRAME_MS * 1.005));
    const shouldMs = 1_000 * FRAME_MS * 1.005;
    expect(Math.abs((packets.at(-1) ?? 0) / 48 - shouldMs)).toBeLessThan(60);
  });

  it('are unknown before the first frame', () => {
    expect(new SoundTimes().packet()).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { receiveStats } from './receive-stats.js';

const NTP = 2_208_988_800_000;
const at = (seconds: number) => [
  {
    type: 'inbound-rtp',
    kind: 'video',
    timestamp: 1_000 * seconds,
    bytesReceived: 250_000 * seconds,
    packetsReceived: 198 * seconds,
    packetsLost: 2 * seconds,
    jitterBufferDelay: 0.06 * 30 * seconds,
    jitterBufferEmittedCount: 30 * seconds,
    frameWidth: 1280,
    frameHeight: 720,
    framesPerSecond: 30,
    estimatedPlayoutTimestamp: NTP + 1_000_000 - 50,
  },
  { type: 'inbound-rtp', kind: 'audio', timestamp: 1_000 * seconds, bytesReceived: 0 },
  { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.012 },
];

describe('receiveStats', () => {
  it('returns null before media is received', () => {
    expect(receiveStats([], { before: null, serverNowMs: 0, uplinkMs: 0 })).toBeNull();
  });

  it('computes rates since the last call', () => {
    const first = receiveStats(at(1), { before: null, serverNowMs: null, uplinkMs: null });
    const second = receiveStats(at(2), {
      before: first?.counters ?? null,
      serverNowMs: 1_000_000,
      uplinkMs: 20,
    });
    expect(second?.stats.bitrateBps).toBeCloseTo(2_000_000);
    expect(second?.stats.lossPercent).toBeCloseTo(1);
    expect(second?.stats.jitterBufferMs).toBeCloseTo(60);
    expect(second?.stats).toMatchObject({ height: 720, framesPerSecond: 30, roundTripMs: 12 });
  });

  it('sums the uplink and downlink latencies, and reports null while either is unknown', () => {
    const options = { before: null, serverNowMs: 1_000_000 };
    expect(receiveStats(at(1), { ...options, uplinkMs: 20 })?.stats.delayMs).toBe(70);
    expect(receiveStats(at(1), { ...options, uplinkMs: null })?.stats.delayMs).toBeNull();
    expect(
      receiveStats(at(1), { before: null, serverNowMs: null, uplinkMs: 1 })?.stats.delayMs,
    ).toBeNull();
  });

  it('ignores the bandwidth probe', () => {
    const probe = { type: 'inbound-rtp', kind: 'video', mid: 'probator', timestamp: 1_000 };
    const options = { before: null, serverNowMs: 1_000_000, uplinkMs: 20 };
    expect(receiveStats([probe, ...at(1)], options)?.stats).toEqual(
      receiveStats(at(1), options)?.stats,
    );
    expect(receiveStats([probe], options)).toBeNull();
  });
});

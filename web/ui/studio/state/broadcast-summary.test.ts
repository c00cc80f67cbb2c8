import { describe, expect, it } from 'vitest';
import type { BroadcastView } from '../../../../src/protocol/broadcast.js';
import { endSentence, summaryOf } from './broadcast-summary.js';

const startedAtMs = Date.parse('2026-11-22T10:00:00.000Z');

const broadcast: BroadcastView = {
  id: '7b0e4ed5-54a5-4f0a-9d0c-5a6a1c1f6a11',
  channel: 'ada',
  title: 'Engines',
  visibility: 'public',
  state: 'live',
  source: 'browser',
  startedAt: new Date(startedAtMs).toISOString(),
  interruptedUntil: null,
  endedAt: null,
  endReason: null,
  peakViewers: 3,
  hls: null,
  webrtc: null,
};

describe('summaryOf', () => {
  it('uses the observed time and reason until the server reports the end', () => {
    const summary = summaryOf(broadcast, {
      endedAtMs: startedAtMs + 90_000,
      peakViewers: 5,
      reason: 'publisher_ended',
    });
    expect(summary).toMatchObject({ lengthMs: 90_000, peakViewers: 5, reason: 'publisher_ended' });
  });

  it("prefers the server's end", () => {
    const ended: BroadcastView = {
      ...broadcast,
      state: 'ended',
      endedAt: new Date(startedAtMs + 60_000).toISOString(),
      endReason: 'grace_elapsed',
      peakViewers: 8,
    };
    const observed = { endedAtMs: startedAtMs + 90_000, peakViewers: 5, reason: null };
    expect(summaryOf(ended, observed)).toMatchObject({
      lengthMs: 60_000,
      peakViewers: 8,
      reason: 'grace_elapsed',
    });
  });

  it('never returns a negative length when clocks differ', () => {
    const observed = { endedAtMs: startedAtMs - 5_000, peakViewers: 0, reason: null };
    expect(summaryOf(broadcast, observed).lengthMs).toBe(0);
  });
});

describe('endSentence', () => {
  it('distinguishes a deliberate end from a missed reconnection', () => {
    expect(endSentence('publisher_ended')).toMatch(/You ended/);
    expect(endSentence('administrator_ended')).toMatch(/administrator/);
    expect(endSentence('grace_elapsed')).toMatch(/away for too long/);
  });
});

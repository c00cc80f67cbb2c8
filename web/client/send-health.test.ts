import { describe, expect, it } from 'vitest';
import { sendHealth, verdict } from './send-health.js';

const layer = (index: number, over = {}) => ({
  type: 'outbound-rtp',
  kind: 'video',
  rid: `r${index}`,
  ssrc: index + 1,
  bytesSent: 0,
  frameWidth: 320 * 2 ** index,
  frameHeight: 180 * 2 ** index,
  framesPerSecond: 30,
  qualityLimitationReason: 'none',
  ...over,
});

describe('sendHealth', () => {
  it('lists layers, lowest first, with their rates since the last report', () => {
    const first = sendHealth([layer(2), layer(0), layer(1)], null, 1_000);
    const second = sendHealth(
      [layer(2, { bytesSent: 250_000 }), layer(0), layer(1)],
      first.counters,
      2_000,
    );
    expect(second.health.layers.map(({ height }) => height)).toEqual([180, 360, 720]);
    expect(second.health.layers[2]?.bitrateBps).toBe(2_000_000);
    expect(second.health.verdict).toBe('good');
  });

  it('does not report a burst for a new stream', () => {
    const first = sendHealth([layer(0)], null, 1_000);
    const second = sendHealth([layer(0), layer(1, { bytesSent: 1e9 })], first.counters, 2_000);
    expect(second.health.layers[1]?.bitrateBps).toBe(0);
  });
});

describe('verdict', () => {
  const fine = { roundTripMs: 20, lossPercent: 0, layers: [] };

  it('reports the worst problem first', () => {
    expect(verdict(fine).verdict).toBe('good');
    expect(verdict({ ...fine, lossPercent: 4 }).verdict).toBe('strained');
    expect(verdict({ ...fine, lossPercent: 12, roundTripMs: 900 })).toMatchObject({
      verdict: 'bad',
      reason: expect.stringContaining('12%'),
    });
  });

  it('distinguishes a busy computer from a slow upload', () => {
    const reasonFor = (reason: string) =>
      verdict({
        ...fine,
        ...sendHealth([layer(0, { qualityLimitationReason: reason })], null, 0).health,
      }).reason;
    expect(reasonFor('cpu')).toContain('computer is busy');
    expect(reasonFor('bandwidth')).toContain('upload is too slow');
  });

  it('accepts a low frame rate for a screen on which nothing moves', () => {
    const verdictFor = (contentType: string | undefined) =>
      sendHealth([layer(0, { framesPerSecond: 1, contentType })], null, 0).health.verdict;
    expect(verdictFor(undefined)).toBe('bad');
    expect(verdictFor('screenshare')).toBe('good');
  });
});

import { describe, expect, it } from 'vitest';
import { CaptureDelay } from './capture-delay.js';

const at = (ms: number) => ({
  ntpSec: Math.floor((ms + 2_208_988_800_000) / 1_000),
  ntpFrac: ((ms % 1_000) / 1_000) * 2 ** 32,
});

describe('CaptureDelay', () => {
  it('is unknown before the first sender report of the stream', () => {
    const delay = new CaptureDelay();
    delay.addReport({ ssrc: 1, ...at(1_000_000), rtpTs: 0 });
    expect(delay.of({ ssrc: 2, rtpTime: 0, arrivedMs: 1_000_000 })).toBeNull();
  });

  it('is the time from capture to arrival', () => {
    const delay = new CaptureDelay();
    delay.addReport({ ssrc: 1, ...at(1_700_000_000_250), rtpTs: 9_000 });
    const ms = delay.of({ ssrc: 1, rtpTime: 9_000 + 90_000, arrivedMs: 1_700_000_001_290 });
    expect(ms).toBeCloseTo(40, 2);
  });

  it('is correct across the wrap of the RTP clock, and for packets older than the report', () => {
    const delay = new CaptureDelay();
    delay.addReport({ ssrc: 1, ...at(1_700_000_000_000), rtpTs: 2 ** 32 - 900 });
    expect(delay.of({ ssrc: 1, rtpTime: 900, arrivedMs: 1_700_000_000_050 })).toBeCloseTo(30, 2);
    expect(
      delay.of({ ssrc: 1, rtpTime: 2 ** 32 - 1_800, arrivedMs: 1_700_000_000_050 }),
    ).toBeCloseTo(60, 2);
  });
});

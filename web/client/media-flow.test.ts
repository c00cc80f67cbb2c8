import { describe, expect, it } from 'vitest';
import { mediaFlow } from './media-flow.js';

const report = [
  { type: 'inbound-rtp', kind: 'video', mid: '0', framesDecoded: 30 },
  { type: 'inbound-rtp', kind: 'video', mid: 'probator', framesDecoded: 7 },
  { type: 'inbound-rtp', kind: 'audio', mid: '1', packetsReceived: 50 },
  { type: 'remote-inbound-rtp', kind: 'video', framesDecoded: 90 },
];
const both = { video: true, audio: true };

describe('mediaFlow', () => {
  it('counts decoded frames and audio packets, but not bandwidth probes', () => {
    const { counters } = mediaFlow(report, { before: { frames: 0, soundPackets: 0 }, sent: both });
    expect(counters).toEqual({ frames: 30, soundPackets: 50 });
  });

  it('depends on video while it is sent, whatever audio does', () => {
    const flow = (frames: number) =>
      mediaFlow(report, { before: { frames, soundPackets: 0 }, sent: both });
    expect(flow(29)).toMatchObject({ moved: true, expected: true });
    expect(flow(30)).toMatchObject({ moved: false, expected: true });
  });

  it('depends on audio while the camera is off', () => {
    const sent = { video: false, audio: true };
    const flow = (soundPackets: number) =>
      mediaFlow(report, { before: { frames: 30, soundPackets }, sent });
    expect(flow(49)).toMatchObject({ moved: true, expected: true });
    expect(flow(50)).toMatchObject({ moved: false, expected: true });
  });

  it('does not expect media while none is sent', () => {
    const sent = { video: false, audio: false };
    expect(mediaFlow(report, { before: { frames: 0, soundPackets: 0 }, sent })).toMatchObject({
      moved: false,
      expected: false,
    });
  });
});

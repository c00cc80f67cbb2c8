import { describe, expect, it } from 'vitest';
import type { IngestView } from '../../src/protocol/ingest.js';
import { ingestHealth } from './ingest-health.js';

const UNKNOWN = { rid: null, framesPerSecond: null, bFrames: null };

const view = (change: Partial<IngestView> = {}, videoLoss = 0, audioBps = 128_000): IngestView => ({
  source: 'whip',
  encoder: null,
  connected: true,
  bitrateBps: 4_128_000,
  roundTripMs: null,
  tracks: [
    {
      kind: 'video',
      codec: 'H264',
      streams: [
        {
          ...UNKNOWN,
          bitrateBps: 4_000_000,
          lossPercent: videoLoss,
          keyFrameIntervalMs: 2_000,
        },
      ],
    },
    {
      kind: 'audio',
      codec: 'opus',
      streams: [{ ...UNKNOWN, bitrateBps: audioBps, lossPercent: 0, keyFrameIntervalMs: null }],
    },
  ],
  transcoded: [],
  transcodedForWebRtc: false,
  warnings: [],
  ...change,
});

const warnings = [
  { code: 'key_frames_far_apart' as const, message: 'Key frames are 8.3 s apart.' },
];

describe('ingestHealth', () => {
  it.each<[string, IngestView, string, RegExp]>([
    ['all is well', view(), 'good', /as expected/],
    ['few packets are lost', view({}, 4), 'strained', /4%/],
    ['many packets are lost', view({}, 20), 'bad', /20%.+bitrate/],
    ['a track is silent', view({}, 0, 0), 'bad', /No audio/],
    ['nothing arrives', view({ bitrateBps: 0 }), 'bad', /Nothing is arriving/],
    ['key frames are far apart', view({ warnings }), 'strained', /8\.3 s apart/],
    ['the program is disconnected', view({ connected: false }), 'bad', /Nothing is arriving/],
  ])('reports the verdict and reason when %s', (_name, ingest, verdict, reason) => {
    expect(ingestHealth(ingest)).toMatchObject({ verdict, reason: expect.stringMatching(reason) });
  });

  it('reports the loss of the worst stream', () => {
    expect(ingestHealth(view({}, 4)).lossPercent).toBe(4);
  });
});

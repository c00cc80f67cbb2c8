import { expect, it } from 'vitest';
import { ingestWarnings } from './ingest-warnings.js';

const arriving = (...intervals: (number | null)[]) => ({
  tracks: [
    {
      kind: 'video' as const,
      codec: 'H264',
      streams: intervals.map((keyFrameIntervalMs) => ({
        rid: null,
        bitrateBps: 1,
        lossPercent: 0,
        keyFrameIntervalMs,
      })),
    },
  ],
});

it('warns about key frames that are far apart, and names the setting to change', () => {
  expect(ingestWarnings(arriving(2_000, 8_333))).toEqual([
    {
      code: 'key_frames_far_apart',
      message: expect.stringMatching(/8\.3 s apart.*viewers wait.*OBS.*Advanced/s),
    },
  ]);
});

it('does not warn if key frames are close together or their interval is unknown', () => {
  expect(ingestWarnings(arriving(4_000))).toEqual([]);
  expect(ingestWarnings(arriving(null))).toEqual([]);
  expect(ingestWarnings({ tracks: [] })).toEqual([]);
});

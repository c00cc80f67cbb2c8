import { expect, it } from 'vitest';
import { ingestWarnings } from './ingest-warnings.js';

const arriving = (...intervals: (number | null)[]) => ({
  webrtc: 'ready' as const,
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
  expect(ingestWarnings({ tracks: [], webrtc: null })).toEqual([]);
});

it('warns about B-frames before anything else, and names the setting to change', () => {
  const warnings = ingestWarnings({ ...arriving(8_333), webrtc: 'unavailable' });
  expect(warnings.map(({ code }) => code)).toEqual(['b_frames', 'key_frames_far_apart']);
  expect(warnings[0]?.message).toMatch(/viewers watch over HLS.*B-frames to 0.*OBS/s);
});

it('warns first about audio that nobody hears', () => {
  const warnings = ingestWarnings({ tracks: [], webrtc: 'unavailable', lacksSound: true });
  expect(warnings.map(({ code }) => code)).toEqual(['no_sound', 'b_frames']);
});

it.each([
  [{ type: 'limit' as const, max: 4 }, /^4 of 4 transcoders are in use.*simulcast.*TRANSCODE_MAX/],
  [
    { type: 'behind' as const, dropped: ['720p'] },
    /too busy to transcode to 720p.*Restart the broadcast/,
  ],
  [{ type: 'failing' as const }, /keeps failing.*log/],
])('says last why less is transcoded than could be: %j', (obstacle, message) => {
  const warnings = ingestWarnings({ ...arriving(8_333), obstacle });
  expect(warnings.map(({ code }) => code)).toEqual(['key_frames_far_apart', 'not_transcoded']);
  expect(warnings[1]?.message).toMatch(message);
});

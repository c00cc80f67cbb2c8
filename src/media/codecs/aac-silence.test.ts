import { describe, expect, it } from 'vitest';
import { ffmpeg, ffmpegBin } from '../../../test/support/ffmpeg.js';
import { fragment } from '../mp4/fragment.js';
import { initSegment } from '../mp4/init-segment.js';
import { AAC_FRAME_TICKS, aacConfigOf } from './aac-format.js';
import { silentAacFrame } from './aac-silence.js';

const FRAMES = 20;
const SAMPLE_BYTES = 2;
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

/** Decodes silent frames to 16-bit samples. */
async function decode(record: Uint8Array, options: readonly string[] = []): Promise<Buffer> {
  const config = aacConfigOf(record)!;
  const data = silentAacFrame(record);
  const sample = { data, durationTicks: AAC_FRAME_TICKS, keyFrame: true };
  const samples = Array.from({ length: FRAMES }, () => sample);
  const file = Buffer.concat([
    initSegment(config),
    fragment({ sequence: 1, baseTicks: 0, samples }),
  ]);
  return ffmpeg(['-f', 'mp4', '-i', 'pipe:0', ...options, '-f', 's16le', 'pipe:1'], file);
}

describe.skipIf(ffmpegBin === '')('a silent AAC frame', () => {
  it.each([
    ['mono, 44.1 kHz', '1208', 1],
    ['stereo, 48 kHz', '1190', 2],
    ['three channels', '1198', 3],
    ['four channels', '11a0', 4],
    ['five channels', '11a8', 5],
    ['5.1', '11b0', 6],
    ['7.1', '11b8', 8],
  ])('is decoded by FFmpeg as silence: %s', async (_what, record, channels) => {
    const pcm = await decode(hex(record));
    expect(pcm.length).toBe(FRAMES * AAC_FRAME_TICKS * channels * SAMPLE_BYTES);
    expect(pcm.every((byte) => byte === 0)).toBe(true);
  });

  it('is decoded as HE-AAC, at twice the rate of its core', async () => {
    const pcm = await decode(hex('2b920800'));
    expect(pcm.length).toBe(2 * FRAMES * AAC_FRAME_TICKS * 2 * SAMPLE_BYTES);
    expect(pcm.every((byte) => byte === 0)).toBe(true);
  });
});

describe('an AAC configuration', () => {
  it.each([
    ['AAC-LC', '1190', { codecs: 'mp4a.40.2', sampleRate: 48_000, channels: 2 }],
    ['AAC-LC, mono', '1208', { codecs: 'mp4a.40.2', sampleRate: 44_100, channels: 1 }],
    ['HE-AAC', '2b920800', { codecs: 'mp4a.40.5', sampleRate: 22_050, channels: 2 }],
    ['HE-AAC v2', 'eb8a0800', { codecs: 'mp4a.40.29', sampleRate: 22_050, channels: 2 }],
  ])('of %s is that of its AudioSpecificConfig', (_what, record, expected) => {
    expect(aacConfigOf(hex(record))).toMatchObject({ ...expected, record: hex(record) });
  });

  it.each([
    ['AAC Main', '0990'],
    ['channels that only the frames describe', '1180'],
    ['frames of 960 samples', '1194'],
    ['nothing', ''],
    ['an endless record', '1190'.padEnd(200, '0')],
  ])('of %s is refused', (_what, record) => {
    expect(aacConfigOf(hex(record))).toBeNull();
  });
});

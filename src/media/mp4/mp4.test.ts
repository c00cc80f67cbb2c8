import { describe, expect, it } from 'vitest';
import { createFile, type ISOFile, MP4BoxBuffer } from 'mp4box';
import type { AudioConfig, CodecConfig, VideoConfig } from '../codecs/codec-config.js';
import { fragment } from './fragment.js';
import { initSegment } from './init-segment.js';
import { readFragments } from './read-fragments.js';
import type { Sample } from './sample.js';

const h264: VideoConfig = {
  kind: 'video',
  codec: 'h264',
  codecs: 'avc1.42C01F',
  width: 640,
  height: 360,
  record: Uint8Array.of(
    1,
    0x42,
    0xc0,
    0x1f,
    255,
    225,
    0,
    4,
    0x67,
    0x42,
    0xc0,
    0x1f,
    1,
    0,
    2,
    0x68,
    0xce,
  ),
};
const vp9: VideoConfig = {
  ...h264,
  codec: 'vp9',
  codecs: 'vp09.00.30.08',
  record: Uint8Array.of(1, 0, 0, 0, 0, 30, 0x82, 1, 1, 1, 0, 0),
};
const av1: VideoConfig = {
  ...h264,
  codec: 'av1',
  codecs: 'av01.0.05M.08',
  record: Uint8Array.of(0x81, 0x05, 0x0c, 0),
};
const opus: AudioConfig = {
  kind: 'audio',
  codec: 'opus',
  codecs: 'opus',
  sampleRate: 48_000,
  channels: 2,
  record: Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
};
const aac: AudioConfig = {
  ...opus,
  codec: 'aac',
  codecs: 'mp4a.40.2',
  record: Uint8Array.of(0x11, 0x90),
};

const sample = (length: number, durationTicks: number, keyFrame: boolean): Sample => ({
  data: new Uint8Array(length).fill(length),
  durationTicks,
  keyFrame,
});

/** Parses the file with mp4box. */
function parse(...pieces: readonly Uint8Array[]): ISOFile {
  const file = createFile(true);
  file.onError = (module, message) => {
    throw new Error(`${module}: ${message}`);
  };
  let at = 0;
  for (const piece of pieces) {
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(Uint8Array.from(piece).buffer, at));
    at += piece.length;
  }
  file.flush();
  return file;
}

describe('initSegment', () => {
  const picture = { timescale: 90_000, video: { width: 640, height: 360 } };
  const sound = { timescale: 48_000, audio: { sample_rate: 48_000, channel_count: 2 } };

  it.each<[string, CodecConfig, object]>([
    ['H.264', h264, picture],
    ['VP9', vp9, picture],
    ['AV1', av1, picture],
    ['Opus', opus, sound],
    ['AAC', aac, sound],
  ])('for %s is accepted by another parser', (_name, config, expected) => {
    const info = parse(initSegment(config)).getInfo();
    const [track] = info.tracks;
    expect(info).toMatchObject({ hasMoov: true, isFragmented: true });
    expect(track).toMatchObject({ id: 1, nb_samples: 0, ...expected });
    expect(track?.codec.toLowerCase()).toBe(
      (config.codec === 'opus' ? 'Opus' : config.codecs).toLowerCase(),
    );
  });

  it('contains the configuration byte for byte', () => {
    for (const config of [h264, vp9, av1, opus, aac])
      expect(Buffer.from(initSegment(config)).includes(Buffer.from(config.record))).toBe(true);
  });
});

describe('fragment', () => {
  const samples = [sample(500, 3_000, true), sample(20, 3_003, false), sample(0, 2_997, false)];

  it('lets another parser read every time, size and key frame', () => {
    const file = parse(initSegment(h264), fragment({ sequence: 7, baseTicks: 90_000, samples }));
    const read = file.getTrackSamplesInfo(1);
    expect(
      read.map(({ dts, cts, duration, size, is_sync }) => ({ dts, cts, duration, size, is_sync })),
    ).toEqual([
      { dts: 90_000, cts: 90_000, duration: 3_000, size: 500, is_sync: true },
      { dts: 93_000, cts: 93_000, duration: 3_003, size: 20, is_sync: false },
      { dts: 96_003, cts: 96_003, duration: 2_997, size: 0, is_sync: false },
    ]);
    expect(file.getTrackSample(1, 0)?.data).toEqual(samples[0]?.data);
  });

  it('lets another parser read when each frame is shown, whether earlier or later than its decode time', () => {
    const offsets = [0, 9_000, undefined, -6_000];
    const reordered = offsets.map((compositionTicks, index) => ({
      ...sample(20, 3_000, index === 0),
      ...(compositionTicks !== undefined && { compositionTicks }),
    }));
    const bytes = fragment({ sequence: 1, baseTicks: 90_000, samples: reordered });
    const read = parse(initSegment(h264), bytes).getTrackSamplesInfo(1);
    expect(read.map(({ dts, cts }) => cts - dts)).toEqual([0, 9_000, 0, -6_000]);
    expect(read.map(({ dts }) => dts)).toEqual([90_000, 93_000, 96_000, 99_000]);
    expect(readFragments(bytes)[0]?.compositionsTicks).toEqual([0, 9_000, 0, -6_000]);
  });

  it('supports times beyond 32 bits', () => {
    const baseTicks = 3 * 2 ** 32 + 5;
    const file = parse(initSegment(h264), fragment({ sequence: 1, baseTicks, samples }));
    expect(file.getTrackSamplesInfo(1)[0]?.dts).toBe(baseTicks);
  });

  it('continues where the previous fragment ended', () => {
    const pieces = [0, 1, 2].map((index) =>
      fragment({ sequence: index + 1, baseTicks: index * 9_000, samples }),
    );
    const times = parse(initSegment(h264), ...pieces)
      .getTrackSamplesInfo(1)
      .map(({ dts }) => dts);
    expect(times).toEqual([0, 3_000, 6_003, 9_000, 12_000, 15_003, 18_000, 21_000, 24_003]);
  });

  it('consists of exactly these bytes', () => {
    const bytes = fragment({ sequence: 2, baseTicks: 1, samples: [sample(2, 960, true)] });
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '000000646d6f6f66' + // moof
        '000000106d6668640000000000000002' + // mfhd
        '0000004c74726166' + // traf
        '00000010746668640002000000000001' + // tfhd
        '0000001474666474010000000000000000000001' + // tfdt
        '000000207472756e00000701000000010000006c000003c00000000202000000' + // trun
        '0000000a6d646174' + // mdat
        '0202',
    );
  });
});

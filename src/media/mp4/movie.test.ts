import { describe, expect, it } from 'vitest';
import { createFile, MP4BoxBuffer } from 'mp4box';
import { fragment } from './fragment.js';
import { initSegment } from './init-segment.js';
import { type MovieTrack, movieHead } from './movie.js';
import { parameterSetsOf } from './parameter-sets.js';
import { sampleEntryOf } from './read-box.js';
import { readFragments } from './read-fragments.js';
import type { Sample } from './sample.js';
import { SampleTable } from './sample-table.js';
import { type AudioConfig, timescaleOf, type VideoConfig } from '../codecs/codec-config.js';

const h264: VideoConfig = {
  kind: 'video',
  codec: 'h264',
  codecs: 'avc1.42C01F',
  width: 640,
  height: 360,
  record: Uint8Array.of(1, 0x42, 0xc0, 0x1f, 255, 225, 0, 2, 0x67, 0x42, 1, 0, 1, 0x68),
};
const opus: AudioConfig = {
  kind: 'audio',
  codec: 'opus',
  codecs: 'opus',
  sampleRate: 48_000,
  channels: 2,
  record: Uint8Array.of(0, 2, 0, 0, 0, 0, 0xbb, 0x80, 0, 0, 0),
};

const sample = (length: number, durationTicks: number, keyFrame: boolean): Sample => ({
  data: new Uint8Array(length).fill(length),
  durationTicks,
  keyFrame,
});
const FRAMES = [sample(50, 3_000, true), sample(20, 3_003, false), sample(10, 2_997, false)];
const SOUND = Array.from({ length: 5 }, () => sample(7, 960, true));

type Placed = Readonly<{ file: Uint8Array; at: number; moveTicks?: number; entry?: number }>;

function trackOf(config: VideoConfig | AudioConfig, files: readonly Placed[]): MovieTrack {
  const table = new SampleTable();
  for (const { file, at, moveTicks = 0, entry = 0 } of files)
    for (const { baseTicks, offset, ...samples } of readFragments(file))
      table.add({ startTicks: baseTicks + moveTicks, offset: at + offset, entry, ...samples });
  const { width, height } = config.kind === 'video' ? config : { width: 0, height: 0 };
  const entries = [sampleEntryOf(initSegment(config))];
  return { kind: config.kind, timescale: timescaleOf(config), width, height, entries, table };
}

const CREATED_MS = Date.UTC(2026, 10, 22, 12, 30, 5);

/** Parses a movie with mp4box. */
function parse(tracks: readonly MovieTrack[], data: Uint8Array) {
  const file = createFile(true);
  const bytes = Buffer.concat([
    movieHead(tracks, { dataBytes: data.length, createdMs: CREATED_MS }),
    data,
  ]);
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(Uint8Array.from(bytes).buffer, 0));
  file.flush();
  return file;
}

describe('readFragments', () => {
  it('finds the samples that `fragment` wrote', () => {
    const pieces = [0, 9_000].map((baseTicks, index) =>
      fragment({ sequence: index + 1, baseTicks, samples: FRAMES }),
    );
    const bytes = Buffer.concat(pieces);
    const [first, second] = readFragments(bytes);
    expect(first).toMatchObject({
      baseTicks: 0,
      sizes: [50, 20, 10],
      durationsTicks: [3_000, 3_003, 2_997],
      keys: [0],
    });
    expect(second?.baseTicks).toBe(9_000);
    expect(bytes.subarray(second!.offset, second!.offset + 50)).toEqual(
      Buffer.from(FRAMES[0]!.data),
    );
  });

  it.each([
    ['bytes that are not boxes', Uint8Array.of(1, 2, 3)],
    ['a box longer than the file', Uint8Array.of(0, 0, 0, 99, 0x6d, 0x6f, 0x6f, 0x66)],
    ['a box shorter than its header', Uint8Array.of(0, 0, 0, 7, 0x6d, 0x6f, 0x6f, 0x66)],
  ])('rejects %s', (_what, bytes) => {
    expect(() => readFragments(bytes)).toThrow(RangeError);
  });
});

describe('parameterSetsOf', () => {
  it('returns H.264 parameter sets in the format of samples', () => {
    const entry = sampleEntryOf(initSegment(h264));
    expect([...(parameterSetsOf(entry) ?? [])]).toEqual([0, 0, 0, 2, 0x67, 0x42, 0, 0, 0, 1, 0x68]);
  });

  it('returns null for other codecs', () => {
    const vp9: VideoConfig = { ...h264, codec: 'vp9', codecs: 'vp09.00.30.08' };
    for (const config of [vp9, opus])
      expect(parameterSetsOf(sampleEntryOf(initSegment(config)))).toBeNull();
  });
});

describe('movieHead', () => {
  const video = [0, 9_000].map((baseTicks, index) =>
    fragment({ sequence: index + 1, baseTicks, samples: FRAMES }),
  );
  const sound = fragment({ sequence: 1, baseTicks: 480, samples: SOUND });
  const [first, second] = video as [Uint8Array, Uint8Array];
  const data = Buffer.concat([first, sound, second]);
  const secondAt = first.length + sound.length;

  it('lets another parser find every sample of consecutive files', () => {
    const tracks = [
      trackOf(h264, [
        { file: first, at: 0 },
        { file: second, at: secondAt },
      ]),
      trackOf(opus, [{ file: sound, at: first.length }]),
    ];
    const file = parse(tracks, data);
    const info = file.getInfo();
    expect(info).toMatchObject({ hasMoov: true, isFragmented: false });
    for (const { created } of [info, ...info.tracks]) expect(created).toEqual(new Date(CREATED_MS));
    expect(info.tracks.map(({ codec }) => codec)).toEqual(['avc1.42c01f', 'Opus']);
    const read = file.getTrackSamplesInfo(1);
    expect(read.map(({ dts, size, is_sync }) => [dts, size, is_sync])).toEqual([
      [0, 50, true],
      [3_000, 20, false],
      [6_003, 10, false],
      [9_000, 50, true],
      [12_000, 20, false],
      [15_003, 10, false],
    ]);
    expect(file.getTrackSample(1, 4)?.data).toEqual(FRAMES[1]!.data);
    expect(file.getTrackSample(2, 4)?.data).toEqual(SOUND[4]!.data);
    // The audio begins 10 ms after the video.
    expect(info.tracks[1]?.edits?.[0]).toMatchObject({ media_time: -1, segment_duration: 900 });
  });

  it('lets another parser read when each frame of a stream with B-frames is shown', () => {
    const [key, later, earlier] = FRAMES as [Sample, Sample, Sample];
    const reordered = [
      { ...key, compositionTicks: 0 },
      { ...later, compositionTicks: 6_000 },
      { ...earlier, compositionTicks: -3_000 },
    ];
    const files = [0, 9_000].map((baseTicks, index) =>
      fragment({ sequence: index + 1, baseTicks, samples: reordered }),
    ) as [Uint8Array, Uint8Array];
    const track = trackOf(h264, [
      { file: files[0], at: 0 },
      { file: files[1], at: files[0].length },
    ]);
    const file = parse([track], Buffer.concat(files));
    const read = file.getTrackSamplesInfo(1);
    expect(read.map(({ dts }) => dts)).toEqual([0, 3_000, 6_003, 9_000, 12_000, 15_003]);
    expect(read.map(({ dts, cts }) => cts - dts)).toEqual([0, 6_000, -3_000, 0, 6_000, -3_000]);
    // The last frame shown is the second to last one decoded.
    expect(file.getBox('cslg')).toMatchObject({
      compositionToDTSShift: 3_000,
      leastDecodeToDisplayDelta: -3_000,
      greatestDecodeToDisplayDelta: 6_000,
      compositionStartTime: 0,
      compositionEndTime: 21_003,
    });
    expect(file.getInfo().tracks[0]?.edits).toMatchObject([{ media_time: 0 }]);
  });

  it('extends the last frame across a gap', () => {
    const late = trackOf(h264, [
      { file: first, at: 0 },
      { file: second, at: secondAt, moveTicks: 90_000 },
    ]);
    const durations = parse([late], data)
      .getTrackSamplesInfo(1)
      .map(({ duration }) => duration);
    expect(durations).toEqual([3_000, 3_003, 92_997, 3_000, 3_003, 2_997]);
  });

  it('never writes decreasing times', () => {
    const early = trackOf(h264, [
      { file: first, at: 0 },
      { file: second, at: secondAt, moveTicks: -8_000 },
    ]);
    const times = parse([early], data)
      .getTrackSamplesInfo(1)
      .map(({ dts }) => dts);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('supports data beyond four gigabytes', () => {
    const far = 5_000_000_000;
    const head = Buffer.from(
      movieHead([trackOf(h264, [{ file: first, at: far }])], {
        dataBytes: far + 1_000,
        createdMs: CREATED_MS,
      }),
    );
    const co64 = head.indexOf('co64');
    const { offset } = readFragments(first)[0]!;
    expect(head.readBigUInt64BE(co64 + 12)).toBe(BigInt(head.length + far + offset));
    expect(head.readBigUInt64BE(head.length - 8)).toBe(BigInt(far + 1_000 + 16));
  });
});

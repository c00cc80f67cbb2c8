import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { H264 } from '../../../test/support/h264-config.js';
import { AAC_CONFIG } from '../codecs/aac-format.js';
import { sampleOf } from '../codecs/avc-record.js';
import type { AudioConfig, VideoConfig } from '../codecs/codec-config.js';
import { TsDemuxer, type TsUnit } from './ts-demuxer.js';
import { type MuxedFrame, TsMuxer } from './ts-muxer.js';

const SPS = Buffer.from('6742e01f', 'hex');
const PPS = Buffer.from('68ce3c80', 'hex');
const VIDEO: VideoConfig = {
  ...H264,
  record: Buffer.concat([
    Buffer.from([1, 0x42, 0xe0, 0x1f, 0xff, 0xe1, 0, SPS.length]),
    SPS,
    Buffer.from([1, 0, PPS.length]),
    PPS,
  ]),
};
const BOTH = { video: true, audio: true };
/** By how much the muxer delays decoding, in ticks. */
const DELAY = 63_000;
const PACKET_BYTES = 188;
const DELIMITER = '09f0';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A slice whose body contains no start code and doesn't end with a zero. */
const slice = (type: number) =>
  fc
    .uint8Array({ min: 1, minLength: 1, maxLength: 600 })
    .map((body) => Buffer.concat([Uint8Array.of(0x40 | type), body]));

const picture = fc.record({
  keyFrame: fc.boolean(),
  offset: fc.nat(9_000),
  slices: fc.array(slice(1), { minLength: 1, maxLength: 3 }),
  sound: fc.array(fc.uint8Array({ minLength: 1, maxLength: 700 }), { maxLength: 3 }),
});
type Picture = typeof picture extends fc.Arbitrary<infer Value> ? Value : never;
/** Times begin anywhere, including shortly before they wrap. */
const begin = fc.oneof(fc.nat(1_000_000), fc.integer({ min: 2 ** 33 - 80_000, max: 2 ** 33 }));

/** The frames in decoding order, with audio between the pictures. */
function framesOf(pictures: readonly Picture[], startTicks: number): MuxedFrame[] {
  let soundTicks = startTicks;
  return pictures.flatMap(({ keyFrame, offset, slices, sound }, at) => {
    const dts = startTicks + at * 3_600;
    const frames = sound.map((data): MuxedFrame => {
      const ticks = soundTicks;
      soundTicks += 1_920;
      return { dts: ticks, pts: ticks, keyFrame: true, data, config: AAC_CONFIG };
    });
    const data = sampleOf(slices);
    return [{ dts, pts: dts + offset, keyFrame, data, config: VIDEO }, ...frames];
  });
}

function written(frames: readonly MuxedFrame[], kinds = BOTH): Buffer {
  const muxer = new TsMuxer(kinds);
  return Buffer.concat(frames.map((frame) => muxer.push(frame)));
}

const read = (bytes: Buffer): TsUnit[] => new TsDemuxer().push(bytes);

/** The packets of a stream, as their adaptation fields without stuffing, and their counters. */
const packetsIn = (bytes: Buffer) =>
  Array.from({ length: bytes.length / PACKET_BYTES }, (_, index) => {
    const packet = bytes.subarray(index * PACKET_BYTES, (index + 1) * PACKET_BYTES);
    const hasFields = (packet.readUInt8(3) & 0x20) !== 0 && packet.readUInt8(4) > 0;
    const flags = hasFields ? packet.readUInt8(5) : 0;
    const clock =
      (flags & 0x10) === 0 ? null : packet.readUInt32BE(6) * 2 + (packet.readUInt8(10) >> 7);
    return {
      sync: packet.readUInt8(0),
      pid: packet.readUInt16BE(1) & 0x1fff,
      counter: packet.readUInt8(3) & 0x0f,
      hasPayload: (packet.readUInt8(3) & 0x10) !== 0,
      isRandomAccess: (flags & 0x40) !== 0,
      clock,
    };
  });

describe('the writer of MPEG-TS', () => {
  it('writes what the reader reads: every frame, its parts and its times', () => {
    fc.assert(
      fc.property(fc.array(picture, { minLength: 1, maxLength: 8 }), begin, (pictures, start) => {
        const frames = framesOf(pictures, start);
        const units = read(written(frames));
        const seen = units.map((unit) =>
          unit.type === 'picture'
            ? [unit.nals.map(hexOf).join(' '), unit.pts - unit.dts]
            : unit.type === 'frame'
              ? [hexOf(unit.data), hexOf(unit.config)]
              : [unit.type],
        );
        const sets = `${hexOf(SPS)} ${hexOf(PPS)} `;
        const wanted = pictures.flatMap(({ keyFrame, offset, slices, sound }) => [
          [`${DELIMITER} ${keyFrame ? sets : ''}${slices.map(hexOf).join(' ')}`, offset],
          ...sound.map((data) => [hexOf(data), hexOf(AAC_CONFIG.record)]),
        ]);
        expect(seen).toEqual(wanted);
        const times = units.map((unit) => ('pts' in unit ? unit.pts : NaN));
        // The reader doesn't know how often times have wrapped before the first.
        const shift = (times[0] ?? 0) - (frames[0]?.pts ?? 0);
        expect((((shift - DELAY) % 2 ** 33) + 2 ** 33) % 2 ** 33).toBe(0);
        expect(times.map((time) => time - shift)).toEqual(frames.map(({ pts }) => pts));
      }),
      { numRuns: fuzzRuns(200) },
    );
  });

  it('numbers the packets of each stream, and marks those where decoding can start', () => {
    fc.assert(
      fc.property(fc.array(picture, { minLength: 1, maxLength: 8 }), (pictures) => {
        const packets = packetsIn(written(framesOf(pictures, 0)));
        expect(packets.every(({ sync }) => sync === 0x47)).toBe(true);
        for (const pid of [0, 0x100, 0x101, 0x1000]) {
          const own = packets.filter((packet) => packet.pid === pid && packet.hasPayload);
          expect(own.map(({ counter }) => counter)).toEqual(own.map((_, index) => index % 16));
        }
        const entries = packets.filter(({ isRandomAccess }) => isRandomAccess).length;
        expect(entries).toBe(pictures.filter(({ keyFrame }) => keyFrame).length);
      }),
      { numRuns: fuzzRuns(100) },
    );
  });

  it('repeats the tables at key frames and every 0.4 seconds', () => {
    const slices = [Buffer.from('4101', 'hex')];
    const pictures = Array.from({ length: 26 }, (_, index) => ({
      keyFrame: index % 13 === 0,
      offset: 0,
      slices,
      sound: [],
    }));
    const pids = packetsIn(written(framesOf(pictures, 0))).map(({ pid }) => pid);
    // One second of pictures: two key frames, and the tables between them.
    expect(pids.filter((pid) => pid === 0)).toHaveLength(4);
    expect(pids.slice(0, 3)).toEqual([0, 0x1000, 0x100]);
  });

  it('has a clock reference every 100 ms, also while pictures are rare, that never goes back', () => {
    const data = Uint8Array.of(1);
    const sound = Array.from({ length: 50 }, (_, index) => {
      const ticks = index * 1_920;
      return { dts: ticks, pts: ticks, keyFrame: true, data, config: AAC_CONFIG };
    });
    const still = framesOf(
      [{ keyFrame: true, offset: 0, slices: [Buffer.from([0x65, 1])], sound: [] }],
      0,
    )[0]!;
    // This picture is decoded before sound that has been sent already.
    const late = { ...still, dts: 60_000, pts: 60_000 };
    const clocks = packetsIn(written([still, ...sound, late])).flatMap(({ pid, clock }) =>
      clock === null ? [] : [[pid, clock] as const],
    );
    expect(clocks.every(([pid]) => pid === 0x100)).toBe(true);
    const steps = clocks.slice(1).map(([, clock], index) => clock - clocks[index]![1]);
    expect(steps.length).toBeGreaterThan(8);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThanOrEqual(9_000);
  });

  it('announces a kind that begins later in a new version of the program map', () => {
    const [still, ...frames] = framesOf(
      [{ keyFrame: true, offset: 0, slices: [Buffer.from([0x65, 1])], sound: [Uint8Array.of(7)] }],
      0,
    );
    const alone = { video: true, audio: false };
    const units = read(written([still!, ...frames], alone));
    expect(units.map(({ type }) => type)).toEqual(['picture', 'frame']);
    const sound = { video: false, audio: true };
    const bytes = written(frames, sound);
    expect(packetsIn(bytes).find(({ clock }) => clock !== null)?.pid).toBe(0x101);
    expect(read(bytes).map(({ type }) => type)).toEqual(['frame']);
  });

  it('leaves out what it can’t write', () => {
    const times = { dts: 0, pts: 0, keyFrame: true };
    const cut = Uint8Array.of(0, 0, 0, 9, 1);
    expect(written([{ ...times, data: cut, config: VIDEO }])).toHaveLength(0);
    // 10,000 Hz, which ADTS can't express.
    const record = Buffer.from('1780138810', 'hex');
    const odd: AudioConfig = { ...AAC_CONFIG, record };
    expect(written([{ ...times, data: Uint8Array.of(1), config: odd }])).toHaveLength(0);
    const long = new Uint8Array(8_185);
    expect(written([{ ...times, data: long, config: AAC_CONFIG }])).toHaveLength(0);
  });
});

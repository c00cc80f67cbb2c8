import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { adtsFrame, TsWriter } from '../../../test/support/ts-writer.js';
import { TsDemuxer, type TsUnit } from './ts-demuxer.js';

const VIDEO = 0x100;
const AUDIO = 0x101;
const STREAMS = [
  { pid: VIDEO, type: 0x1b },
  { pid: AUDIO, type: 0x0f },
];
const FRAME_TICKS = 1_920;
const PACKET_BYTES = 188;
/** AAC-LC, 48 kHz, stereo. */
const CONFIG = '1190';

type Picture = Extract<TsUnit, { type: 'picture' }>;
type Frame = Extract<TsUnit, { type: 'frame' }>;
const pictures = (units: readonly TsUnit[]) =>
  units.filter((unit): unit is Picture => unit.type === 'picture');
const frames = (units: readonly TsUnit[]) =>
  units.filter((unit): unit is Frame => unit.type === 'frame');

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const nalOf = (body: Uint8Array): Buffer =>
  Buffer.concat([Uint8Array.of(0x41), body, Uint8Array.of(0x80)]);
const annexB = (nals: readonly Uint8Array[]): Buffer =>
  Buffer.concat(
    nals.flatMap((nal, at) => [Buffer.from(at === 0 ? '00000001' : '000001', 'hex'), nal]),
  );

/** Bytes without start codes, as ensured by emulation prevention. */
const body = fc.uint8Array({ min: 1, minLength: 1, maxLength: 500 });
const written = fc.record({
  nals: fc.array(body.map(nalOf), { minLength: 1, maxLength: 3 }),
  offset: fc.integer({ min: 0, max: 9_000 }),
  sound: fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { maxLength: 3 }),
});
/** Times begin anywhere, including shortly before they wrap. */
const begin = fc.oneof(fc.nat(1_000_000), fc.integer({ min: 2 ** 33 - 20_000, max: 2 ** 33 - 1 }));

function arrive(bytes: Uint8Array, size: number): TsUnit[] {
  const demuxer = new TsDemuxer();
  const units: TsUnit[] = [];
  for (let at = 0; at < bytes.length; at += size)
    units.push(...demuxer.push(bytes.subarray(at, at + size)));
  return units;
}

/** Writes the frames as a transport stream whose times start at `startTicks`. */
function writeAll(
  all: readonly { nals: Buffer[]; offset: number; sound: Uint8Array[] }[],
  startTicks: number,
) {
  const writer = new TsWriter();
  let soundTicks = startTicks;
  const parts = all.flatMap(({ nals, offset, sound }, at) => {
    const dts = startTicks + at * 3_600;
    const video = writer.pes(VIDEO, { dts, pts: dts + offset, data: annexB(nals) });
    const data = Buffer.concat(sound.map(adtsFrame));
    const audio = data.length > 0 ? [writer.pes(AUDIO, { pts: soundTicks, data }, true)] : [];
    soundTicks += sound.length * FRAME_TICKS;
    return [video, ...audio];
  });
  const end = writer.pes(VIDEO, { pts: 0, data: annexB([nalOf(Uint8Array.of(1))]) });
  return Buffer.concat([writer.tables(STREAMS), ...parts, end]);
}

describe('a transport stream', () => {
  it('is read as written, however its bytes arrive, even when its times wrap', () => {
    fc.assert(
      fc.property(
        fc.array(written, { maxLength: 6 }),
        begin,
        fc.integer({ min: 1, max: 600 }),
        (all, start, size) => {
          const units = arrive(writeAll(all, start), size);
          const read = pictures(units).map(({ nals, dts, pts, afterLoss }) => ({
            nals: nals.map(hexOf),
            dts,
            pts,
            afterLoss,
          }));
          expect(read).toEqual(
            all.map(({ nals, offset }, at) => {
              const dts = start + at * 3_600;
              return { nals: nals.map(hexOf), dts, pts: dts + offset, afterLoss: false };
            }),
          );
          const sound = all.flatMap((one) => one.sound);
          expect(
            frames(units).map(({ data, pts, config }) => [hexOf(data), pts, hexOf(config)]),
          ).toEqual(sound.map((data, at) => [hexOf(data), start + at * FRAME_TICKS, CONFIG]));
        },
      ),
      { numRuns: fuzzRuns(200) },
    );
  });

  it('that lacks one packet loses one frame, or two at a boundary, and marks the next one', () => {
    const picture = fc.uint8Array({ min: 1, minLength: 300, maxLength: 900 }).map(nalOf);
    fc.assert(
      fc.property(
        fc.uniqueArray(picture, { minLength: 3, maxLength: 8, selector: hexOf }),
        fc.nat(),
        (nals, which) => {
          const bytes = writeAll(
            nals.map((nal) => ({ nals: [nal], offset: 0, sound: [] })),
            0,
          );
          const tables = 2 * PACKET_BYTES;
          const last = PACKET_BYTES;
          const media = (bytes.length - tables - last) / PACKET_BYTES;
          const cut = tables + (which % media) * PACKET_BYTES;
          const read = pictures(
            arrive(
              Buffer.concat([bytes.subarray(0, cut), bytes.subarray(cut + PACKET_BYTES)]),
              1_316,
            ),
          );
          const texts = nals.map(hexOf);
          const places = read.map(({ nals: [nal] }) => texts.indexOf(hexOf(nal!)));
          expect(places).not.toContain(-1);
          // A loss at the beginning isn't noticed, because nothing preceded it.
          const gaps = places.map((place, at) => at > 0 && place !== places[at - 1]! + 1);
          expect(read.slice(1).map(({ afterLoss }) => afterLoss)).toEqual(gaps.slice(1));
          const missing = texts.length - read.length;
          expect(missing).toBeGreaterThanOrEqual(1);
          expect(missing).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: fuzzRuns(200) },
    );
  });

  it.each([
    [900_000, 900_000],
    [-900_000, -900_000],
    [900_001, 0],
    [2 ** 32, 0],
  ])('with a picture %i ticks after its decoding shows it after %i', (offset, shown) => {
    const writer = new TsWriter();
    const picture = (dts: number, pts: number) =>
      writer.pes(VIDEO, { dts, pts, data: annexB([nalOf(Uint8Array.of(1))]) });
    const bytes = [picture(5_000, 5_000 + offset), picture(8_600, 8_600), picture(0, 0)];
    const read = pictures(arrive(Buffer.concat([writer.tables(STREAMS), ...bytes]), 188));
    expect(read.map(({ dts, pts }) => [dts, pts])).toEqual([
      [5_000, 5_000 + shown],
      // The next times don't follow an absurd one.
      [8_600, 8_600],
    ]);
  });

  it('is found again after garbage', () => {
    const writer = new TsWriter();
    const head = writer.tables(STREAMS);
    const first = writer.pes(VIDEO, { pts: 1, data: annexB([nalOf(Uint8Array.of(1))]) }, true);
    const second = writer.pes(VIDEO, { pts: 2, data: annexB([nalOf(Uint8Array.of(2))]) }, true);
    const garbage = Buffer.alloc(1_000, 0x48);
    const units = arrive(
      Buffer.concat([garbage, head, first, garbage, second, writer.tables(STREAMS)]),
      100,
    );
    expect(pictures(units).map(({ pts }) => pts)).toEqual([1, 2]);
  });

  it.each([
    [0x24, new Uint8Array(), { kind: 'video', codec: 'H.265' }],
    [0x11, new Uint8Array(), { kind: 'audio', codec: 'AAC in LATM instead of ADTS' }],
    [0x06, Buffer.from('\u0005\u0004Opus'), { kind: 'audio', codec: 'Opus' }],
  ])('with a stream of type %i names its codec', (type, descriptors, expected) => {
    const bytes = new TsWriter().tables([{ pid: 0x120, type, descriptors }]);
    expect(arrive(Buffer.concat([bytes, Uint8Array.of(0x47)]), 188)).toEqual([
      { type: 'unsupported', ...expected },
    ]);
  });

  it('prefers a stream with a supported codec', () => {
    const bytes = new TsWriter().tables([{ pid: 0x120, type: 0x81 }, ...STREAMS]);
    expect(arrive(bytes, 188)).toEqual([]);
  });

  it('with damage never makes the reader throw, hang, or exceed its memory limit', () => {
    const damage = fc.record({ at: fc.nat(), value: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.array(written, { minLength: 1, maxLength: 5 }),
        fc.array(damage, { maxLength: 20 }),
        (all, damages) => {
          const bytes = writeAll(all, 0);
          for (const { at, value } of damages) bytes[at % bytes.length] = value;
          for (const unit of arrive(bytes, 1_316))
            expect(unit.type).toMatch(/picture|frame|unsupported/);
        },
      ),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('of random packets never makes the reader throw', () => {
    const packet = fc
      .uint8Array({ minLength: 187, maxLength: 187 })
      .map((random) => Buffer.concat([Uint8Array.of(0x47), random]));
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), (packets) => {
        const units = arrive(Buffer.concat([new TsWriter().tables(STREAMS), ...packets]), 1_316);
        expect(units.length).toBeLessThan(10_000);
      }),
      { numRuns: fuzzRuns(300) },
    );
  });
});

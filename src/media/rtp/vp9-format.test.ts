import { describe, expect, it } from 'vitest';
import { BitWriter } from '../../../test/support/bit-writer.js';
import { concat, hex, packetsOf, vp9Payloads } from '../../../test/support/rtp-packetizer.js';
import type { AccessUnit } from '../codecs/access-unit.js';
import { createDepacketizer } from './create-depacketizer.js';
import { parseVp9PayloadDescriptor } from './vp9-payload-descriptor.js';

type Key = {
  profile?: number;
  color?: (bits: BitWriter) => void;
  size?: readonly [number, number];
};

/** Returns the uncompressed header of a key frame (VP9 6.2) and some bytes. */
function keyFrame({ profile = 0, color, size = [640, 360] }: Key = {}): Uint8Array {
  const bits = new BitWriter().bits(2, 2);
  bits.bits(profile & 1, 1).bits(profile >> 1, 1);
  if (profile === 3) bits.bits(0, 1);
  bits.bits(0, 1).bits(0, 1).bits(1, 1).bits(0, 1).bits(0x498342, 24);
  (color ?? ((b) => b.bits(1, 3).bits(0, 1)))(bits);
  bits
    .bits(size[0] - 1, 16)
    .bits(size[1] - 1, 16)
    .bits(0, 1);
  return concat(bits.bytes(), hex('010203'));
}

/** frame_marker, profile 0, frame_type 1. */
const INTER = hex('86 00 11 22');
const SHOWS_EXISTING = hex('88 00');
const interPayloads = (frame = INTER) => vp9Payloads(frame, { interPredicted: true });

const create = () =>
  createDepacketizer({ mimeType: 'video/VP9', clockRate: 90_000, channels: 1, parameters: {} })!;
const push = (...units: (readonly Uint8Array[])[]): AccessUnit[] => {
  const depacketizer = create();
  return packetsOf(units).flatMap((packet) => depacketizer.push(packet));
};
/** Only the E bit marks the end of a frame. */
const pushUnmarked = (...units: (readonly Uint8Array[])[]): AccessUnit[] => {
  const depacketizer = create();
  const packets = packetsOf(units).map((packet) => ({ ...packet, marker: false }));
  return packets.flatMap((packet) => depacketizer.push(packet));
};
const timesOf = (units: readonly AccessUnit[]) => units.map((unit) => unit.rtpTime);

describe('VP9 from RTP', () => {
  it('accepts frames in one or more packets', () => {
    const large = concat(INTER, new Uint8Array(2500));
    const units = push(
      vp9Payloads(keyFrame()),
      interPayloads(large),
      interPayloads(SHOWS_EXISTING),
    );
    expect(units.map(({ keyFrame: isKey, data }) => ({ isKey, data }))).toEqual([
      { isKey: true, data: keyFrame() },
      { isKey: false, data: large },
      { isKey: false, data: SHOWS_EXISTING },
    ]);
    expect(new Set(units.map((unit) => unit.config)).size).toBe(1);
  });

  it.each([
    ['profile 0', {}, 'vp09.00.30.08', '01000000 00 1e 82 060606 0000'],
    [
      'BT.709 in full range',
      { color: (b) => b.bits(2, 3).bits(1, 1) },
      'vp09.00.30.08',
      '01000000 00 1e 83 010101 0000',
    ],
    [
      'profile 1, 4:4:4',
      { profile: 1, color: (b) => b.bits(2, 3).bits(0, 4) },
      'vp09.01.30.08',
      '01000000 01 1e 86 010101 0000',
    ],
    [
      'profile 1, 4:2:2',
      { profile: 1, color: (b) => b.bits(2, 3).bits(0, 1).bits(2, 2).bits(0, 1) },
      'vp09.01.30.08',
      '01000000 01 1e 84 010101 0000',
    ],
    [
      'profile 1, RGB',
      { profile: 1, color: (b) => b.bits(7, 3).bits(0, 1) },
      'vp09.01.30.08',
      '01000000 01 1e 87 010d00 0000',
    ],
    [
      'profile 2, 10 bits',
      { profile: 2, color: (b) => b.bits(0, 1).bits(5, 3).bits(0, 1) },
      'vp09.02.30.10',
      '01000000 02 1e a2 090e09 0000',
    ],
    [
      'profile 3, 12 bits, 4:4:4',
      { profile: 3, color: (b) => b.bits(1, 1).bits(0, 3).bits(0, 4) },
      'vp09.03.30.12',
      '01000000 03 1e c6 020202 0000',
    ],
  ] as [string, Key, string, string][])('describes %s', (_, key, codecs, record) => {
    const [unit] = push(vp9Payloads(keyFrame(key)));
    expect(unit?.config).toMatchObject({
      kind: 'video',
      codec: 'vp9',
      codecs,
      width: 640,
      height: 360,
    });
    expect(unit?.config.record).toEqual(hex(record));
  });

  it.each([
    [[256, 144], '11'],
    [[320, 180], '20'],
    [[640, 360], '30'],
    [[1280, 720], '40'],
    [[1920, 1080], '41'],
    [[3840, 2160], '51'],
    [[16_384, 16_384], '62'],
  ] as const)('states the level for 60 frames per second at %s', (size, level) => {
    const [unit] = push(vp9Payloads(keyFrame({ size })));
    expect(unit?.config).toMatchObject({ codecs: `vp09.00.${level}.08`, width: size[0] });
  });

  it('creates a new config when the size changes', () => {
    const other = vp9Payloads(keyFrame({ size: [320, 180] }));
    const units = push(vp9Payloads(keyFrame()), other, interPayloads(), vp9Payloads(keyFrame()));
    expect(units.map(({ config }) => config.kind === 'video' && config.width)).toEqual([
      640, 320, 320, 640,
    ]);
  });

  it('detects predicted frames from FFmpeg, which are not marked, by their headers', () => {
    const units = push(vp9Payloads(keyFrame()), vp9Payloads(INTER));
    expect(units.map((unit) => unit.keyFrame)).toEqual([true, false]);
  });

  it('does not count a frame marked as predicted as a key frame', () => {
    const predicted = vp9Payloads(keyFrame(), { interPredicted: true });
    expect(timesOf(push(predicted, vp9Payloads(keyFrame())))).toEqual([6000]);
  });

  it('uses the lowest spatial layer, and ends the unit with its frame', () => {
    const [key, inter] = [keyFrame(), INTER].map((frame, i) => [
      // I, L, B, E (and P); SID 0, TL0PICIDX.
      concat([i === 0 ? 0xac : 0xec], [0x11, 0x00, 0x00], frame),
      // SID 1, which depends on the layer below.
      concat([i === 0 ? 0xac : 0xec], [0x11, 0x03, 0x00], hex('aabb')),
    ]);
    expect(push(key!, inter!).map((unit) => unit.data)).toEqual([keyFrame(), INTER]);
  });

  it('withholds frames before the first key frame', () => {
    expect(timesOf(push(interPayloads(), vp9Payloads(keyFrame()), interPayloads()))).toEqual([
      6000, 9000,
    ]);
  });

  it.each([
    ['a descriptor and no frame', hex('8c 8123')],
    ['a frame without a start', vp9Payloads(concat(INTER, new Uint8Array(2500)))[1]!],
    ['a complete frame without a start mark', concat(hex('44'), INTER)],
    ['a key frame without its sync code', concat(hex('0c'), hex('82 49 83 43 20 27f0 1670'))],
    ['a key frame cut short', concat(hex('0c'), keyFrame().subarray(0, 6))],
    ['no frame marker', concat(hex('0c'), hex('46 00'))],
    ['a reserved profile', concat(hex('0c'), hex('b8 00'))],
  ])('drops the frame and waits for a key frame: %s', (_, payload) => {
    const key = vp9Payloads(keyFrame());
    expect(timesOf(push(key, [payload], interPayloads(), key))).toEqual([3000, 12000]);
  });

  it('drops a frame whose end was never sent, even if no packet is missing', () => {
    const start = interPayloads(concat(INTER, new Uint8Array(2500))).slice(0, 2);
    const key = vp9Payloads(keyFrame());
    expect(timesOf(pushUnmarked(key, start, key, interPayloads()))).toEqual([3000, 9000, 12000]);
    expect(timesOf(pushUnmarked(key, start, interPayloads(), key))).toEqual([3000, 12000]);
  });

  it('treats a second start within a frame as a lost end', () => {
    const start = interPayloads(concat(INTER, new Uint8Array(2500)))[0]!;
    const units = push(vp9Payloads(keyFrame()), [start, ...interPayloads()], interPayloads());
    expect(timesOf(units)).toEqual([3000]);
  });
});

describe('parseVp9PayloadDescriptor', () => {
  it.each([
    ['nothing', '00', 1],
    ['a picture id of 7 bits', '80 11', 2],
    ['a picture id of 15 bits', '80 9122', 3],
    ['layer indices', '20 03 07', 3],
    ['layer indices in flexible mode', '30 03', 2],
    ['a reference', '50 04', 2],
    ['three references', '50 05 05 04', 4],
    ['a picture without references in flexible mode', '90 11', 2],
    ['a structure without sizes', '02 00', 2],
    ['a structure of two sizes', '02 30 02800168 050002d0', 10],
    ['a group of pictures', '02 08 02 04 01 0c 01 02 03', 9],
    ['all fields', 'f2 9122 03 04 18 02800168 01 04 01', 13],
  ])('skips %s', (_, descriptor, length) => {
    expect(parseVp9PayloadDescriptor(concat(hex(descriptor), [0xff]))).toMatchObject({ length });
  });

  it.each([
    ['no bytes', ''],
    ['no frame after the descriptor', '80 9122'],
    ['a picture id cut short', '80'],
    ['four references', '50 05 05 05 04 ff'],
    ['references up to the end', '50 05 05'],
    ['sizes beyond the packet', '02 f0 0280'],
    ['a group of pictures beyond the packet', '02 08 ff 0c 01'],
  ])('rejects %s', (_, descriptor) => {
    expect(parseVp9PayloadDescriptor(hex(descriptor))).toBeNull();
  });

  it('returns the flags and the spatial layer', () => {
    expect(parseVp9PayloadDescriptor(hex('6c 45 00 ff'))).toEqual({
      length: 3,
      interPredicted: true,
      beginsFrame: true,
      endsFrame: true,
      spatialLayer: 2,
    });
  });
});

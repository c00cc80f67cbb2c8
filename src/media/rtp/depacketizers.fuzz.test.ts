import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import {
  av1Payloads,
  concat,
  fuA,
  hex,
  packetOf,
  packetsOf,
  stapA,
  vp8Payloads,
  vp9Payloads,
} from '../../../test/support/rtp-packetizer.js';
import { leb128 } from '../codecs/av1-obu.js';
import { createDepacketizer } from './create-depacketizer.js';
import type { Depacketizer } from './depacketizer.js';
import { H264SetInserter } from './h264-set-inserter.js';
import { H264SetStore } from './h264-set-store.js';
import { isLoss, ReorderBuffer } from './reorder-buffer.js';
import { type ArrivedPacket, parseRtpPacket } from './rtp-packet.js';
import { createVp8Depacketizer } from './vp8-depacketizer.js';

type Unit = { rtpTime: number; keyFrame: boolean; data: Uint8Array };
/**
 * A frame to send: whether it is a key frame, its size in bytes, the size of its packets, and its
 * number of slices if the format has slices.
 */
type Picture = { isKey: boolean; bytes: number; size: number; slices: number };

const SETS = [hex('6742c01f8c8d405017fcb35060606078442350'), hex('68ce3c80')] as const;
const AV1_SEQUENCE = hex('08 00 00 00 04 3c ff bc 01 a0 08');
const VP9_KEY = hex('82 49 83 42 20 27f0 1670');

/** Returns bytes that identify a frame. */
const filling = (place: number, bytes: number): Uint8Array =>
  new Uint8Array(bytes + 2).fill(0x55).fill(place + 1, 0, 2);

/** A frame's payloads, and the unit expected from them. */
type Sent = { payloads: Uint8Array[]; data: Uint8Array };

/** An H.264 frame without its parameter sets. */
function h264Frame({ isKey, bytes, size, slices }: Picture, place: number): Sent {
  const first = hex(isKey ? '658884' : '419a24');
  const other = hex(isKey ? '65423f' : '414680'); // first_mb_in_slice 1
  const units = Array.from({ length: slices }, (_, i) =>
    concat(i === 0 ? first : other, filling(place, bytes), [i]),
  );
  const payloads = units.flatMap((unit) => (unit.length > size ? fuA(unit, size) : [unit]));
  const sized = units.map((unit) => concat([0, 0, unit.length >> 8, unit.length & 0xff], unit));
  return { payloads, data: concat(...sized) };
}

const FORMATS: Record<string, (picture: Picture, place: number) => Sent> = {
  'video/H264': (picture, place) => {
    const { payloads, data } = h264Frame(picture, place);
    const sets = picture.size % 2 === 0 ? [stapA(...SETS)] : SETS;
    return { payloads: picture.isKey ? [...sets, ...payloads] : payloads, data };
  },
  'video/VP9': ({ isKey, bytes, size }, place) => {
    const data = concat(isKey ? VP9_KEY : hex('8600'), filling(place, bytes));
    return { payloads: vp9Payloads(data, { interPredicted: !isKey, size }), data };
  },
  'video/AV1': ({ isKey, bytes, size }, place) => {
    const frame = concat(hex(isKey ? '3010' : '3030'), filling(place, bytes));
    const obus = isKey ? [AV1_SEQUENCE, frame] : [frame];
    const sized = obus.map((obu) => concat([obu[0]! | 2], leb128(obu.length - 1), obu.subarray(1)));
    return { payloads: av1Payloads(obus, { startsSequence: isKey, size }), data: concat(...sized) };
  },
  'video/VP8': ({ isKey, bytes, size }, place) => {
    const head = hex(isKey ? '1002009d012a4001f000' : '110200');
    const data = concat(head, filling(place, bytes));
    return { payloads: vp8Payloads(data, size), data };
  },
};
const NAMES = Object.keys(FORMATS);

function create(mimeType: string): Depacketizer<Unit> {
  if (mimeType === 'video/VP8') return createVp8Depacketizer();
  return createDepacketizer({ mimeType, clockRate: 90_000, channels: 1, parameters: {} })!;
}

/**
 * Processes packets as the packager does. Each returned unit states whether it must be a key frame.
 */
function unitsOf(mimeType: string, packets: readonly ArrivedPacket[]) {
  const buffer = new ReorderBuffer({ maxWaitMs: 100, maxPackets: 50 });
  const depacketizer = create(mimeType);
  const units: (Unit & { mustBeKey: boolean })[] = [];
  let mustBeKey = true;
  const ordered = packets.flatMap((packet) => buffer.push(packet));
  for (const item of [...ordered, ...buffer.flush()]) {
    if (isLoss(item)) {
      depacketizer.lost();
      mustBeKey = true;
      continue;
    }
    mustBeKey ||= depacketizer.needsKeyFrame;
    for (const unit of depacketizer.push(item)) {
      units.push({ ...unit, mustBeKey });
      mustBeKey = false;
    }
  }
  return units;
}

const pictures = fc.array(
  fc.record({
    isKey: fc.boolean(),
    bytes: fc.integer({ min: 0, max: 300 }),
    size: fc.integer({ min: 12, max: 120 }),
    slices: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 12 },
);
/** What happens to a packet in transit. */
const fates = fc.infiniteStream(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant({ name: 'arrives' as const }) },
    { weight: 1, arbitrary: fc.constant({ name: 'is lost' as const }) },
    { weight: 1, arbitrary: fc.constant({ name: 'comes twice' as const }) },
    { weight: 1, arbitrary: fc.record({ name: fc.constant('is late' as const), by: fc.nat(8) }) },
  ),
);
type Fates = typeof fates extends fc.Arbitrary<infer F> ? F : never;

/** Returns the packets as they arrive, 5 ms apart. */
function travel(packets: readonly ArrivedPacket[], fate: Fates): ArrivedPacket[] {
  const arrivals: { packet: ArrivedPacket; at: number }[] = [];
  for (const [at, packet] of packets.entries()) {
    const { value } = fate.next();
    if (value.name === 'is lost') continue;
    arrivals.push({ packet, at: value.name === 'is late' ? at + value.by + 0.5 : at });
    if (value.name === 'comes twice') arrivals.push({ packet, at: at + 3.5 });
  }
  return arrivals
    .toSorted((a, b) => a.at - b.at)
    .map(({ packet, at }) => ({ ...packet, arrivedMs: at * 5 }));
}

const sentBy = (mimeType: string, shown: readonly Picture[]): Sent[] =>
  shown.map((picture, place) => FORMATS[mimeType]!(picture, place));

describe('depacketizers', () => {
  it.each(NAMES)('emit only what was sent despite loss, delay and duplication: %s', (mimeType) => {
    fc.assert(
      fc.property(pictures, fates, fc.nat(0xffff), (shown, fate, first) => {
        const sent = sentBy(mimeType, shown);
        const packets = packetsOf(
          sent.map(({ payloads }) => payloads),
          first,
        );
        for (const unit of unitsOf(mimeType, travel(packets, fate))) {
          const place = unit.rtpTime / 3000 - 1;
          expect(unit.keyFrame).toBe(shown[place]?.isKey);
          expect(unit.keyFrame || !unit.mustBeKey).toBe(true);
          expect(Buffer.compare(unit.data, sent[place]!.data)).toBe(0);
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it.each(NAMES)('emit everything that was sent if nothing is lost permanently: %s', (mimeType) => {
    fc.assert(
      fc.property(
        pictures,
        fc.infiniteStream(fc.nat(8)),
        fc.nat(0xffff),
        (shown, delays, first) => {
          const sent = sentBy(mimeType, shown);
          const [start, ...packets] = packetsOf(
            sent.map(({ payloads }) => payloads),
            first,
          );
          const late = packets
            .map((packet, i) => ({ packet, at: i + (delays.next().value ?? 0) }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ packet, at }) => ({ ...packet, arrivedMs: at * 5 }));
          const begin = shown.findIndex((picture) => picture.isKey);
          const times = unitsOf(mimeType, [start!, ...late]).map((unit) => unit.rtpTime);
          const wanted = shown.map((_, i) => (i + 1) * 3000);
          expect(times).toEqual(begin === -1 ? [] : wanted.slice(begin));
        },
      ),
      { numRuns: fuzzRuns(500) },
    );
  });

  it.each(NAMES)('survive damage, and withhold everything before a key frame: %s', (mimeType) => {
    const damage = fc.record({
      packet: fc.nat(200),
      place: fc.nat(130),
      value: fc.nat(255),
      kind: fc.constantFrom('byte', 'cut', 'marker', 'rtpTime', 'sequenceNumber'),
    });
    fc.assert(
      fc.property(pictures, fates, fc.array(damage, { maxLength: 8 }), (shown, fate, damages) => {
        const packets = packetsOf(
          sentBy(mimeType, shown).map(({ payloads }) => payloads),
          65_530,
        );
        for (const { packet: at, place, value, kind } of damages) {
          const index = at % packets.length;
          const packet = packets[index]!;
          const payload = Uint8Array.from(packet.payload);
          if (kind === 'byte') payload[place % payload.length] = value;
          packets[index] = {
            ...packet,
            payload: kind === 'cut' ? payload.subarray(0, place % payload.length) : payload,
            marker: packet.marker !== (kind === 'marker'),
            rtpTime: kind === 'rtpTime' ? value * 3000 : packet.rtpTime,
            sequenceNumber:
              packet.sequenceNumber ^ (kind === 'sequenceNumber' ? value << (place % 9) : 0),
          };
        }
        for (const unit of unitsOf(mimeType, travel(packets, fate))) {
          expect(unit.keyFrame || !unit.mustBeKey).toBe(true);
          expect(unit.data.length).toBeLessThan(20_000);
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it.each([...NAMES, 'audio/opus'])('never throw: %s', (mimeType) => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    const packet = fc.record({ payload: bytes, marker: fc.boolean(), rtpTime: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 30 }), fc.nat(30), (packets, lossAt) => {
        const depacketizer = create(mimeType);
        let needed = depacketizer.needsKeyFrame;
        for (const [i, fields] of packets.entries()) {
          if (i === lossAt) depacketizer.lost();
          for (const unit of depacketizer.push(packetOf(fields))) {
            expect(unit.keyFrame || !needed).toBe(true);
            needed = false;
          }
          needed = depacketizer.needsKeyFrame;
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

describe('H.264 with inserted parameter sets', () => {
  const sprop = SETS.map((set) => Buffer.from(set).toString('base64')).join();

  /** Returns the packets that the inserter passes on. */
  function inserted(packets: readonly ArrivedPacket[]): ArrivedPacket[] {
    const inserter = new H264SetInserter(new H264SetStore(sprop));
    const passed = packets.flatMap((packet) =>
      inserter.push(bytesOf(packet), packet.arrivedMs).map((bytes) => ({ bytes, packet })),
    );
    const last = packets.at(-1)!;
    const rest = inserter.expire(Infinity).map((bytes) => ({ bytes, packet: last }));
    return [...passed, ...rest].map(({ bytes, packet: { arrivedMs } }) => ({
      ...parseRtpPacket(bytes)!,
      arrivedMs,
    }));
  }

  it('yields only complete frames despite loss, and wherever it begins', () => {
    fc.assert(
      fc.property(pictures, fates, fc.nat(0xffff), fc.nat(40), (shown, fate, first, begin) => {
        const sent = shown.map(h264Frame);
        const packets = packetsOf(
          sent.map(({ payloads }) => payloads),
          first,
        );
        const arrived = travel(packets.slice(begin % packets.length), fate);
        fc.pre(arrived.length > 0);
        for (const unit of unitsOf('video/H264', inserted(arrived))) {
          const place = unit.rtpTime / 3000 - 1;
          expect(unit.keyFrame).toBe(shown[place]?.isKey);
          expect(unit.keyFrame || !unit.mustBeKey).toBe(true);
          expect(Buffer.compare(unit.data, sent[place]!.data)).toBe(0);
        }
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

function bytesOf({ sequenceNumber, rtpTime, marker, payload }: ArrivedPacket): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8((marker ? 0x80 : 0) | 96, 1);
  header.writeUInt16BE(sequenceNumber, 2);
  header.writeUInt32BE(rtpTime, 4);
  return Buffer.concat([header, payload]);
}

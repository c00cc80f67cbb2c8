import { describe, expect, it } from 'vitest';
import {
  av1Payloads,
  concat,
  hex,
  packetOf,
  packetsOf,
} from '../../../test/support/rtp-packetizer.js';
import type { AccessUnit } from '../codecs/access-unit.js';
import { leb128 } from '../codecs/av1-obu.js';
import { createDepacketizer } from './create-depacketizer.js';

// OBUs as they are sent, without size fields. The sequence header is from Chromium, 320x240.
const SEQUENCE = hex('08 00 00 00 04 3c ff bc 01 a0 08');
/** OBU_FRAME: show_existing_frame 0, KEY_FRAME, show_frame 1; then INTER_FRAME. */
const KEY = hex('30 10 aa bb');
const INTER = hex('30 30 cc');
const DELIMITER = hex('10');
const PADDING = hex('78 00 00');
const METADATA = hex('28 01 02');

/** Returns header, size field, and payload, as in a sample. */
const sized = (obu: Uint8Array): Uint8Array =>
  concat([obu[0]! | 2], leb128(obu.length - 1), obu.subarray(1));
const sample = (...obus: Uint8Array[]): Uint8Array => concat(...obus.map(sized));
const KEY_UNIT = av1Payloads([SEQUENCE, KEY], { startsSequence: true });

const create = () =>
  createDepacketizer({ mimeType: 'video/AV1', clockRate: 90_000, channels: 1, parameters: {} })!;
const push = (...units: (readonly Uint8Array[])[]): AccessUnit[] => {
  const depacketizer = create();
  return packetsOf(units).flatMap((packet) => depacketizer.push(packet));
};
const timesOf = (units: readonly AccessUnit[]) => units.map((unit) => unit.rtpTime);

describe('AV1 from RTP', () => {
  it('restores the size fields of OBUs', () => {
    const units = push(KEY_UNIT, av1Payloads([INTER]));
    expect(units.map(({ keyFrame, data }) => ({ keyFrame, data }))).toEqual([
      { keyFrame: true, data: sample(SEQUENCE, KEY) },
      { keyFrame: false, data: sample(INTER) },
    ]);
    expect(units[0]?.config).toBe(units[1]?.config);
  });

  it('writes av1C with the sequence header', () => {
    const [unit] = push(KEY_UNIT);
    expect(unit?.config).toMatchObject({
      kind: 'video',
      codec: 'av1',
      codecs: 'av01.0.00M.08',
      width: 320,
      height: 240,
    });
    expect(unit?.config.record).toEqual(concat(hex('81 00 0c 00'), sample(SEQUENCE)));
  });

  it('accepts several OBUs in a packet if W gives their number and the last one has no size', () => {
    const two = concat(hex('28 0b'), SEQUENCE, KEY);
    const three = concat(hex('38 01'), DELIMITER, hex('0b'), SEQUENCE, KEY);
    expect(push([two])[0]?.data).toEqual(sample(SEQUENCE, KEY));
    expect(push([three])[0]?.data).toEqual(sample(SEQUENCE, KEY));
  });

  it('accepts any number of OBUs in a packet if W is 0 and all of them have sizes', () => {
    const four = concat(
      hex('08 01'),
      DELIMITER,
      hex('0b'),
      SEQUENCE,
      hex('03'),
      METADATA,
      hex('04'),
      KEY,
    );
    expect(push([four])[0]?.data).toEqual(sample(SEQUENCE, METADATA, KEY));
  });

  it('joins fragments, including one followed by another OBU', () => {
    const large = concat(KEY, new Uint8Array(2500).fill(9));
    const packets = [
      concat(hex('68 0b'), SEQUENCE, large.subarray(0, 1200)), // Y, W 2, N
      concat(hex('d0'), large.subarray(1200, 2400)), // Z, Y, W 1
      concat(hex('a0'), leb128(large.length - 2400), large.subarray(2400), METADATA), // Z, W 2
    ];
    expect(push(packets)[0]?.data).toEqual(sample(SEQUENCE, large, METADATA));
  });

  it('accepts fragments of one byte each', () => {
    const [unit] = push(av1Payloads([SEQUENCE, KEY], { startsSequence: true, size: 1 }));
    expect(unit?.data).toEqual(sample(SEQUENCE, KEY));
  });

  it('accepts OBUs from OBS, which keep their size fields, even in fragments', () => {
    const units = [1000, 2].map((size) =>
      push(av1Payloads([sized(SEQUENCE), sized(KEY)], { startsSequence: true, size })),
    );
    expect(units.map(([unit]) => unit?.data)).toEqual([
      sample(SEQUENCE, KEY),
      sample(SEQUENCE, KEY),
    ]);
  });

  it('preserves the extension of OBU headers', () => {
    const extended = hex('34 48 10 aa');
    const [unit] = push(av1Payloads([SEQUENCE, extended], { startsSequence: true }));
    expect(unit?.data).toEqual(concat(sample(SEQUENCE), hex('36 48 02 10 aa')));
  });

  it('omits temporal delimiters, tile lists and padding', () => {
    const [unit] = push(av1Payloads([DELIMITER, SEQUENCE, hex('40 01'), KEY, PADDING]));
    expect(unit?.data).toEqual(sample(SEQUENCE, KEY));
  });

  it('treats a frame header with tile groups as a frame', () => {
    const [unit] = push(av1Payloads([SEQUENCE, hex('18 10'), hex('20 01 02')]));
    expect(unit).toMatchObject({ keyFrame: true });
  });

  it('does not count key frames that are hidden, repeated or without a sequence header', () => {
    const hidden = hex('30 00 aa');
    const shownAgain = hex('18 80');
    const units = push(
      KEY_UNIT,
      av1Payloads([SEQUENCE, hidden]),
      av1Payloads([SEQUENCE, shownAgain]),
      av1Payloads([KEY]),
    );
    expect(units.map((unit) => unit.keyFrame)).toEqual([true, false, false, false]);
  });

  it('emits no unit for OBUs without a frame', () => {
    expect(push(KEY_UNIT, av1Payloads([METADATA]), av1Payloads([DELIMITER]))).toHaveLength(1);
  });

  it('creates a new config when the sequence header changes', () => {
    const other = Uint8Array.from(SEQUENCE);
    other[6] = 0xdf;
    const units = push(KEY_UNIT, av1Payloads([other, KEY]), av1Payloads([INTER]), KEY_UNIT);
    expect(new Set(units.map((unit) => unit.config)).size).toBe(3);
    expect(units[1]?.config).toBe(units[2]?.config);
  });

  it('withholds units before the first key frame', () => {
    expect(timesOf(push(av1Payloads([INTER]), av1Payloads([KEY]), KEY_UNIT))).toEqual([9000]);
  });

  describe('after a loss', () => {
    const pushAfterLoss = (payloads: readonly Uint8Array[]) => {
      const depacketizer = create();
      const packets = packetsOf([KEY_UNIT, payloads, av1Payloads([INTER])]);
      return timesOf(
        packets.flatMap((packet, i) => {
          if (i === KEY_UNIT.length) depacketizer.lost();
          return depacketizer.push(packet);
        }),
      );
    };

    it.each([
      ['a packet that begins a sequence', KEY_UNIT],
      ['a sequence header', av1Payloads([SEQUENCE, KEY])],
      ['a sequence header with a size', [concat(hex('20 0b'), SEQUENCE, KEY)]],
      ['a temporal delimiter', av1Payloads([DELIMITER, SEQUENCE, KEY])],
    ])('accepts a key frame that begins with %s', (_, payloads) => {
      expect(pushAfterLoss(payloads)).toEqual([3000, 6000, 9000]);
    });

    it.each([
      ['the rest of a fragment', [concat(hex('98'), SEQUENCE), concat(hex('10'), KEY)]],
      ['another OBU', av1Payloads([METADATA, SEQUENCE, KEY])],
      ['garbage', [hex('00 ff'), ...KEY_UNIT]],
    ])('rejects a key frame that begins with %s', (_, payloads) => {
      expect(pushAfterLoss(payloads)).toEqual([3000]);
    });
  });

  it.each([
    ['only an aggregation header with a count', [hex('30')]],
    ['fewer OBUs than counted', [concat(hex('30 03'), INTER)]],
    ['an OBU with a size beyond the packet', [concat(hex('00 05'), INTER)]],
    ['a size that does not end', [hex('00 ff ff')]],
    ['a fragment without a start', [concat(hex('90'), INTER)]],
    ['a fragment without an end', [concat(hex('50'), INTER), concat(hex('10'), INTER)]],
    ['a fragment left open at the end', [concat(hex('50'), INTER)]],
    [
      'a new sequence that begins with a fragment',
      [concat(hex('50'), INTER), concat(hex('98'), INTER)],
    ],
    ['an empty OBU', [hex('20 00 30')]],
    ['the forbidden bit', [hex('10 b0 30')]],
    ['a size field that does not fit', [hex('10 32 05 30')]],
    ['an extension cut short', [hex('10 34')]],
    ['a sequence header of garbage', av1Payloads([hex('08 ff ff'), KEY])],
    ['a still picture', av1Payloads([hex('08 18 00 00 00 04 3c ff bc 01 a0'), KEY])],
  ])('drops the unit and waits for a key frame: %s', (_, payloads) => {
    const bad = [...payloads, ...av1Payloads([INTER])];
    const units = push(KEY_UNIT, bad, av1Payloads([INTER]), KEY_UNIT);
    expect(timesOf(units)).toEqual([3000, 12000]);
  });

  it('drops a unit that ends within a fragment', () => {
    const open = [...av1Payloads([INTER]), concat(hex('50'), INTER)];
    expect(timesOf(push(KEY_UNIT, open, av1Payloads([INTER]), KEY_UNIT))).toEqual([3000, 12000]);
  });

  it('drops a unit whose last OBUs were never sent, even if no packet is missing', () => {
    const depacketizer = create();
    const tiles = av1Payloads([hex('18 30 00'), hex('20 aa'), hex('20 bb')]);
    const packets = packetsOf([KEY_UNIT, tiles, KEY_UNIT, tiles]).filter(
      ({ rtpTime, marker }) => rtpTime !== 6000 || !marker,
    );
    const units = packets.flatMap((packet) => depacketizer.push(packet));
    expect(timesOf(units)).toEqual([3000, 9000, 12000]);
  });

  it('ends a unit when the RTP time changes if the sender does not always set the marker', () => {
    const depacketizer = create();
    const inter = av1Payloads([INTER]);
    const packets = packetsOf([KEY_UNIT, inter, inter, inter]).map((packet) => ({
      ...packet,
      marker: packet.marker && packet.rtpTime !== 6000,
    }));
    const units = packets.flatMap((packet) => depacketizer.push(packet));
    expect(timesOf(units)).toEqual([3000, 6000, 9000, 12000]);
  });

  it('drops a unit that never ends, and accepts the next key frame', () => {
    const depacketizer = create();
    const endless = packetOf({
      payload: concat(hex('10'), INTER, new Uint8Array(60_000)),
      rtpTime: 1,
    });
    for (let i = 0; i < 200; i++) expect(depacketizer.push(endless)).toEqual([]);
    expect(packetsOf([KEY_UNIT]).flatMap((packet) => depacketizer.push(packet))).toHaveLength(1);
  });
});

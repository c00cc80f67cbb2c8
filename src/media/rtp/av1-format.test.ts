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

// OBUs as they are sent: without size fields. Chromium's sequence header, 320x240.
const SEQUENCE = hex('08 00 00 00 04 3c ff bc 01 a0 08');
/** OBU_FRAME: show_existing_frame 0, KEY_FRAME, show_frame 1; then INTER_FRAME. */
const KEY = hex('30 10 aa bb');
const INTER = hex('30 30 cc');
const DELIMITER = hex('10');
const PADDING = hex('78 00 00');
const METADATA = hex('28 01 02');

/** Header, size field, payload, as it is in a sample. */
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
  it('gives OBUs their size fields back', () => {
    const units = push(KEY_UNIT, av1Payloads([INTER]));
    expect(units.map(({ keyFrame, data }) => ({ keyFrame, data }))).toEqual([
      { keyFrame: true, data: sample(SEQUENCE, KEY) },
      { keyFrame: false, data: sample(INTER) },
    ]);
    expect(units[0]?.config).toBe(units[1]?.config);
  });

  it('writes av1C, the sequence header in it', () => {
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

  it('takes several OBUs in a packet: W tells how many, the last without a size', () => {
    const two = concat(hex('28 0b'), SEQUENCE, KEY);
    const three = concat(hex('38 01'), DELIMITER, hex('0b'), SEQUENCE, KEY);
    expect(push([two])[0]?.data).toEqual(sample(SEQUENCE, KEY));
    expect(push([three])[0]?.data).toEqual(sample(SEQUENCE, KEY));
  });

  it('takes any number of OBUs in a packet: W 0, all with sizes', () => {
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

  it('puts fragments together, also one that another OBU follows', () => {
    const large = concat(KEY, new Uint8Array(2500).fill(9));
    const packets = [
      concat(hex('68 0b'), SEQUENCE, large.subarray(0, 1200)), // Y, W 2, N
      concat(hex('d0'), large.subarray(1200, 2400)), // Z, Y, W 1
      concat(hex('a0'), leb128(large.length - 2400), large.subarray(2400), METADATA), // Z, W 2
    ];
    expect(push(packets)[0]?.data).toEqual(sample(SEQUENCE, large, METADATA));
  });

  it('takes fragments of a byte each', () => {
    const [unit] = push(av1Payloads([SEQUENCE, KEY], { startsSequence: true, size: 1 }));
    expect(unit?.data).toEqual(sample(SEQUENCE, KEY));
  });

  it("takes OBS's OBUs, which keep their size fields, also in fragments", () => {
    const units = [1000, 2].map((size) =>
      push(av1Payloads([sized(SEQUENCE), sized(KEY)], { startsSequence: true, size })),
    );
    expect(units.map(([unit]) => unit?.data)).toEqual([
      sample(SEQUENCE, KEY),
      sample(SEQUENCE, KEY),
    ]);
  });

  it('keeps the extension of OBU headers', () => {
    const extended = hex('34 48 10 aa');
    const [unit] = push(av1Payloads([SEQUENCE, extended], { startsSequence: true }));
    expect(unit?.data).toEqual(concat(sample(SEQUENCE), hex('36 48 02 10 aa')));
  });

  it('leaves out temporal delimiters, tile lists and padding', () => {
    const [unit] = push(av1Payloads([DELIMITER, SEQUENCE, hex('40 01'), KEY, PADDING]));
    expect(unit?.data).toEqual(sample(SEQUENCE, KEY));
  });

  it('takes a frame header with tile groups for a frame', () => {
    const [unit] = push(av1Payloads([SEQUENCE, hex('18 10'), hex('20 01 02')]));
    expect(unit).toMatchObject({ keyFrame: true });
  });

  it('takes neither hidden nor repeated key frames, nor those without a sequence header, for one', () => {
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

  it('gives no unit for OBUs without a picture', () => {
    expect(push(KEY_UNIT, av1Payloads([METADATA]), av1Payloads([DELIMITER]))).toHaveLength(1);
  });

  it('makes another config when the sequence header changes', () => {
    const other = Uint8Array.from(SEQUENCE);
    other[6] = 0xdf;
    const units = push(KEY_UNIT, av1Payloads([other, KEY]), av1Payloads([INTER]), KEY_UNIT);
    expect(new Set(units.map((unit) => unit.config)).size).toBe(3);
    expect(units[1]?.config).toBe(units[2]?.config);
  });

  it('holds back units before the first key frame', () => {
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
    ])('takes a key frame that begins with %s', (_, payloads) => {
      expect(pushAfterLoss(payloads)).toEqual([3000, 6000, 9000]);
    });

    it.each([
      ['the rest of a fragment', [concat(hex('98'), SEQUENCE), concat(hex('10'), KEY)]],
      ['another OBU', av1Payloads([METADATA, SEQUENCE, KEY])],
      ['garbage', [hex('00 ff'), ...KEY_UNIT]],
    ])('takes no key frame that begins with %s', (_, payloads) => {
      expect(pushAfterLoss(payloads)).toEqual([3000]);
    });
  });

  it.each([
    ['an aggregation header alone, with a count', [hex('30')]],
    ['fewer OBUs than counted', [concat(hex('30 03'), INTER)]],
    ['an OBU with a size beyond the packet', [concat(hex('00 05'), INTER)]],
    ['a size that does not end', [hex('00 ff ff')]],
    ['a fragment whose start was not there', [concat(hex('90'), INTER)]],
    ['a fragment whose end was not there', [concat(hex('50'), INTER), concat(hex('10'), INTER)]],
    ['a fragment that is open at the end', [concat(hex('50'), INTER)]],
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
  ])('drops and waits for a key frame: %s', (_, payloads) => {
    const bad = [...payloads, ...av1Payloads([INTER])];
    const units = push(KEY_UNIT, bad, av1Payloads([INTER]), KEY_UNIT);
    expect(timesOf(units)).toEqual([3000, 12000]);
  });

  it('drops a unit that ends within a fragment', () => {
    const open = [...av1Payloads([INTER]), concat(hex('50'), INTER)];
    expect(timesOf(push(KEY_UNIT, open, av1Payloads([INTER]), KEY_UNIT))).toEqual([3000, 12000]);
  });

  it('drops a unit that never ends, and takes the next key frame', () => {
    const depacketizer = create();
    const endless = packetOf({
      payload: concat(hex('10'), INTER, new Uint8Array(60_000)),
      rtpTime: 1,
    });
    for (let i = 0; i < 200; i++) expect(depacketizer.push(endless)).toEqual([]);
    expect(packetsOf([KEY_UNIT]).flatMap((packet) => depacketizer.push(packet))).toHaveLength(1);
  });
});

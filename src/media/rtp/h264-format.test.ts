import { describe, expect, it } from 'vitest';
import {
  concat,
  fuA,
  hex,
  packetOf,
  packetsOf,
  stapA,
} from '../../../test/support/rtp-packetizer.js';
import type { AccessUnit } from '../codecs/access-unit.js';
import { createDepacketizer } from './create-depacketizer.js';
import type { Depacketizer } from './depacketizer.js';

// From Chromium: 640x360 and 1280x720.
const SPS_360 = hex('6742c01f8c8d405017fcb35060606078442350');
const SPS_720 = hex('6742c0208c8d402802dd350606060784423500');
const PPS = hex('68ce3c80');
/** first_mb_in_slice 0, a slice type, pic_parameter_set_id 0. */
const IDR = hex('65 88 84 01 02 03');
const P = hex('41 9a 24 04 05 06');
const AUD = hex('09f0');
const SEI = hex('06 05 01 ff 80');
const FILLER = hex('0cffff80');
const KEY = [stapA(SPS_360, PPS), IDR];

const create = (parameters: Record<string, unknown> = {}): Depacketizer =>
  createDepacketizer({ mimeType: 'video/H264', clockRate: 90_000, channels: 1, parameters })!;
const pushUnits = (depacketizer: Depacketizer, ...units: (readonly Uint8Array[])[]): AccessUnit[] =>
  packetsOf(units).flatMap((packet) => depacketizer.push(packet));
const push = (...units: (readonly Uint8Array[])[]): AccessUnit[] => pushUnits(create(), ...units);
const sample = (...nals: Uint8Array[]): Uint8Array =>
  concat(...nals.map((nal) => concat([0, 0, nal.length >> 8, nal.length & 0xff], nal)));

describe('H.264 from RTP', () => {
  it('accepts a key frame from Chromium, with the sets in a STAP-A followed by the slice', () => {
    const [unit, ...others] = push(KEY);
    expect(others).toEqual([]);
    expect(unit).toMatchObject({
      rtpTime: 3000,
      keyFrame: true,
      data: sample(IDR),
      config: { kind: 'video', codec: 'h264', codecs: 'avc1.42C01F', width: 640, height: 360 },
    });
  });

  it('accepts a key frame from OBS, with each set in its own packet', () => {
    const [unit] = push([SPS_360, PPS, SEI, IDR]);
    expect(unit).toMatchObject({ keyFrame: true, data: sample(SEI, IDR) });
  });

  it('writes avcC with each set preceded by its length, and with 4-byte NAL unit lengths', () => {
    const [unit] = push(KEY);
    expect(unit?.config.record).toEqual(
      concat(hex('01 42c01f ff e1 0013'), SPS_360, hex('01 0004'), PPS),
    );
  });

  it('includes chroma format and bit depth in the avcC of High profiles', () => {
    const high = hex('67640028acd940780227e5c05a808080a0000003002000000781e30632c0');
    const [unit] = push([high, PPS, IDR]);
    expect(unit?.config).toMatchObject({ codecs: 'avc1.640028', width: 1920, height: 1080 });
    expect(unit?.config.record.subarray(-8)).toEqual(concat(PPS, hex('fd f8 f8 00')));
  });

  it('rejects frames without their first slice, even if no packet is missing', () => {
    const [later, laterOfP] = [hex('65 42 3f 01'), hex('41 46 80 02')]; // first_mb_in_slice 1
    expect(push([stapA(SPS_360, PPS), later])).toEqual([]);
    expect(push(KEY, [laterOfP], [P]).map(({ data }) => data)).toEqual([sample(IDR)]);
  });

  it('joins fragments', () => {
    const large = concat(IDR, new Uint8Array(5000).fill(7));
    const packets = [stapA(SPS_360, PPS), ...fuA(large, 1000)];
    expect(packets).toHaveLength(7);
    expect(push(packets)[0]?.data).toEqual(sample(large));
  });

  it('reads the slice header from fragments of one byte each', () => {
    expect(push([stapA(SPS_360, PPS), ...fuA(IDR, 1)])[0]?.data).toEqual(sample(IDR));
  });

  it('accepts parameter sets in fragments', () => {
    expect(push([...fuA(SPS_360, 8), PPS, IDR])).toMatchObject([{ keyFrame: true }]);
  });

  it('keeps all slices of a frame, and omits delimiters, sets and filler', () => {
    const second = hex('65 40 11');
    const [unit] = push([AUD, ...KEY, second, FILLER]);
    expect(unit?.data).toEqual(sample(IDR, second));
  });

  it('ends a unit when the RTP time changes if the sender sets no marker', () => {
    const depacketizer = create();
    const packets = packetsOf([KEY, [P], [P]]).map((packet) => ({ ...packet, marker: false }));
    const units = packets.map((packet) => depacketizer.push(packet).map((unit) => unit.rtpTime));
    expect(units).toEqual([[], [], [3000], [6000]]);
  });

  it('drops a frame whose last slices were never sent, even if no packet is missing', () => {
    const second = hex('41 46 80 02'); // first_mb_in_slice 1
    const depacketizer = create();
    const packets = packetsOf([KEY, [P, second], KEY, [P, second]]).filter(
      ({ rtpTime, marker }) => rtpTime !== 6000 || !marker,
    );
    const units = packets.flatMap((packet) => depacketizer.push(packet));
    expect(units.map((unit) => unit.rtpTime)).toEqual([3000, 9000, 12000]);
  });

  it('reports the latest arrival, even of packets out of order', () => {
    const depacketizer = create();
    depacketizer.push(packetOf({ payload: stapA(SPS_360, PPS), arrivedMs: 30 }));
    const [unit] = depacketizer.push(packetOf({ payload: IDR, arrivedMs: 20, marker: true }));
    expect(unit?.arrivedMs).toBe(30);
  });

  it('emits no unit for parameter sets alone', () => {
    expect(push([SPS_360], [PPS], [AUD, SEI])).toEqual([]);
  });

  it('accepts out-of-band sets', () => {
    const base64 = [SPS_360, PPS].map((set) => Buffer.from(set).toString('base64')).join(',');
    const depacketizer = create({ 'sprop-parameter-sets': base64 });
    expect(pushUnits(depacketizer, [IDR])).toMatchObject([{ config: { width: 640 } }]);
  });

  it.each(['', ',,', 'Z0LAH4yNQFAX', '%%%,!!'])(
    'ignores malformed out-of-band sets: "%s"',
    (sprop) => {
      const depacketizer = create({ 'sprop-parameter-sets': sprop });
      expect(pushUnits(depacketizer, [IDR], KEY)).toMatchObject([{ rtpTime: 6000 }]);
    },
  );

  it('rejects a key frame whose beginning was sent before joining', () => {
    const base64 = [SPS_360, PPS].map((set) => Buffer.from(set).toString('base64')).join(',');
    const depacketizer = create({ 'sprop-parameter-sets': base64 });
    const secondSlice = hex('65 40 11');
    const times = pushUnits(depacketizer, [secondSlice], [P], [IDR]).map((unit) => unit.rtpTime);
    expect(times).toEqual([9000]);
  });

  it('withholds everything before the first key frame', () => {
    expect(push([SPS_360, PPS, P], [P], KEY, [P]).map((unit) => unit.rtpTime)).toEqual([
      9000, 12000,
    ]);
  });

  it('withholds a key frame with unknown parameter sets, and the frames after it', () => {
    const depacketizer = create();
    expect(pushUnits(depacketizer, [IDR], [P], [SPS_360, IDR], [P])).toEqual([]);
    expect(depacketizer.needsKeyFrame).toBe(true);
  });

  it('keeps the config object while the sets are unchanged', () => {
    const units = push(KEY, [P], KEY, [SPS_360, PPS, IDR], [P]);
    expect(units).toHaveLength(5);
    expect(new Set(units.map((unit) => unit.config)).size).toBe(1);
  });

  it('uses a new SPS from its key frame on', () => {
    const units = push(KEY, [P], [stapA(SPS_720, PPS), IDR], [P], KEY);
    expect(units.map(({ config }) => config.kind === 'video' && config.width)).toEqual([
      640, 640, 1280, 1280, 640,
    ]);
    expect(units[2]?.config).toBe(units[3]?.config);
  });

  it('adds a PPS with a different id', () => {
    // pic_parameter_set_id 1, and a key frame that refers to it.
    const pps1 = hex('68 53 8f 20');
    const idr1 = hex('65 88 a1 01');
    const units = push(KEY, [PPS, pps1, IDR], [idr1]);
    expect(units).toHaveLength(3);
    expect(units[0]?.config).not.toBe(units[1]?.config);
    expect(units[1]?.config).toBe(units[2]?.config);
    expect(units[1]?.config.record.subarray(-13)).toEqual(
      concat([2], hex('0004'), PPS, hex('0004'), pps1),
    );
  });

  it('withholds frames that use sets newer than the last key frame', () => {
    const depacketizer = create();
    expect(pushUnits(depacketizer, KEY, [stapA(SPS_720, PPS), P], [P])).toHaveLength(1);
    expect(depacketizer.needsKeyFrame).toBe(true);
  });

  it('keeps its sets when malformed ones arrive', () => {
    const units = push(KEY, [hex('67ff'), hex('68'), hex('6800'), IDR], [P]);
    expect(new Set(units.map((unit) => unit.config)).size).toBe(1);
    expect(units).toHaveLength(3);
  });

  describe('after a loss', () => {
    /** Drops the packets at these positions, and reports each gap before the next packet. */
    const pushWithLoss = (units: (readonly Uint8Array[])[], lost: readonly number[]) => {
      const depacketizer = create();
      const times: number[] = [];
      for (const [i, packet] of packetsOf(units).entries()) {
        if (lost.includes(i)) continue;
        if (lost.includes(i - 1)) depacketizer.lost();
        times.push(...depacketizer.push(packet).map((unit) => unit.rtpTime));
      }
      return times;
    };
    const BIG_P = fuA(concat(P, new Uint8Array(2500)));
    const BIG_KEY = [stapA(SPS_360, PPS), ...fuA(concat(IDR, new Uint8Array(2500)))];

    it.each([
      ['the start of a fragmented slice', [2]],
      ['the middle of a fragmented slice', [3]],
      ['the end of a fragmented slice, with the marker', [4]],
      ['a whole frame', [2, 3, 4]],
    ])('emits nothing before the next key frame: %s', (_, lost) => {
      expect(pushWithLoss([KEY, BIG_P, [P], KEY, [P]], lost)).toEqual([3000, 12000, 15000]);
    });

    it.each([
      ['missing parameter sets', [3]],
      ['missing start of the slice', [4]],
      ['missing end of the slice', [6]],
    ])('rejects an incomplete key frame: %s', (_, lost) => {
      expect(pushWithLoss([KEY, [P], BIG_KEY, [P], KEY], lost)).toEqual([3000, 6000, 15000]);
    });

    it('rejects a key frame whose first slice is missing', () => {
      const second = hex('65 40 11');
      expect(pushWithLoss([KEY, [...KEY, second], KEY], [2, 3])).toEqual([3000, 9000]);
    });

    it('accepts a key frame after a lost frame', () => {
      expect(pushWithLoss([KEY, [P], BIG_KEY, [P]], [2])).toEqual([3000, 9000, 12000]);
      expect(pushWithLoss([KEY, [P], [AUD, ...BIG_KEY], [P]], [2])).toEqual([3000, 9000, 12000]);
    });

    it('accepts a key frame without sets after a lost frame, if sets are out of band', () => {
      const sprop = [SPS_360, PPS].map((set) => Buffer.from(set).toString('base64')).join(',');
      for (const key of [[IDR], fuA(concat(IDR, new Uint8Array(2500)))]) {
        const depacketizer = create({ 'sprop-parameter-sets': sprop });
        depacketizer.lost();
        expect(pushUnits(depacketizer, key)).toHaveLength(1);
      }
    });

    it('reports that it needs a key frame until one arrives', () => {
      const depacketizer = create();
      const needs = [depacketizer.needsKeyFrame];
      pushUnits(depacketizer, KEY);
      needs.push(depacketizer.needsKeyFrame);
      depacketizer.lost();
      needs.push(depacketizer.needsKeyFrame);
      pushUnits(depacketizer, KEY);
      needs.push(depacketizer.needsKeyFrame);
      expect(needs).toEqual([true, false, true, false]);
    });
  });

  describe('with bad payloads', () => {
    it.each([
      ['a STAP-A with a length beyond the packet', [concat(stapA(P), hex('00ff41'))]],
      ['a STAP-A that ends in a length', [concat(stapA(P), hex('00'))]],
      ['an FU-A without a header', [hex('7c')]],
      ['an FU-A without a start', [fuA(P, 2)[1]!]],
      ['an FU-A without an end', [fuA(P, 2)[0]!]],
      ['an FU-A that continues as another type', [fuA(P, 2)[0]!, fuA(IDR, 3)[1]!]],
      ['an FU-A that starts twice', [fuA(P, 2)[0]!, ...fuA(P, 2)]],
      ['another NAL unit within an FU-A', [fuA(P, 3)[0]!, SEI, fuA(P, 3)[1]!]],
      ['an FU-A of an FU-A', [hex('7c 9c 01')]],
      ['a NAL unit with the forbidden bit', [hex('c1 9a 24')]],
      ['a STAP-A of a NAL unit with the forbidden bit', [stapA(hex('c19a24'))]],
      ['interleaved mode', [hex('79 0000 0003 419a24')]],
      ['a slice with only a header', [hex('41')]],
      ['a slice that refers to no parameter set', [hex('41 00 00 00 00')]],
    ])('drops the frame and waits for a key frame: %s', (_, payloads) => {
      const depacketizer = create();
      const units = pushUnits(depacketizer, KEY, [...payloads, P], [P], KEY, [P]);
      expect(units.map((unit) => unit.rtpTime)).toEqual([3000, 12000, 15000]);
    });

    it('drops a frame that ends within an FU-A', () => {
      const units = push(KEY, fuA(P, 2).slice(0, 2), [P], KEY);
      expect(units.map((unit) => unit.rtpTime)).toEqual([3000, 12000]);
    });

    it('does not treat the rest of a damaged key frame as a key frame', () => {
      const units = push(KEY, [...KEY, hex('78 00ff'), IDR], [P], KEY);
      expect(units.map((unit) => unit.rtpTime)).toEqual([3000, 12000]);
    });

    it.each([
      ['an empty payload', new Uint8Array()],
      ['an empty STAP-A', hex('78')],
      ['a zero-length NAL unit in a STAP-A', hex('78 0000')],
      ['a NAL unit of type 0', hex('40 01')],
      ['a reserved payload type', hex('7e 01')],
      ['an unspecified NAL unit type', hex('57 01')],
    ])('skips %s', (_, payload) => {
      expect(push(KEY, [payload, P]).map((unit) => unit.data)).toEqual([sample(IDR), sample(P)]);
    });

    it('drops a unit that never ends, and accepts the next key frame', () => {
      const depacketizer = create();
      const endless = packetOf({ payload: concat(P, new Uint8Array(60_000)), rtpTime: 1 });
      for (let i = 0; i < 200; i++) expect(depacketizer.push(endless)).toEqual([]);
      expect(pushUnits(depacketizer, KEY)).toHaveLength(1);
    });
  });
});

describe('createDepacketizer', () => {
  it.each(['video/VP8', 'video/H265', 'audio/PCMU', 'audio/multiopus', ''])(
    'returns null for %s',
    (mimeType) => {
      const codec = { mimeType, clockRate: 90_000, channels: 1, parameters: {} };
      expect(createDepacketizer(codec)).toBeNull();
    },
  );

  it('returns null for H.264 in interleaved mode', () => {
    const parameters = { 'packetization-mode': 2 };
    const codec = { mimeType: 'video/H264', clockRate: 90_000, channels: 1, parameters };
    expect(createDepacketizer(codec)).toBeNull();
  });

  it.each(['video/h264', 'video/VP9', 'video/AV1', 'audio/opus'])(
    'returns one for %s',
    (mimeType) => {
      const codec = { mimeType, clockRate: 90_000, channels: 2, parameters: {} };
      expect(createDepacketizer(codec)?.needsKeyFrame).toBe(mimeType !== 'audio/opus');
    },
  );
});

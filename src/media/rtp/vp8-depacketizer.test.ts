import { describe, expect, it } from 'vitest';
import { concat, hex, packetsOf, vp8Payloads } from '../../../test/support/rtp-packetizer.js';
import { createVp8Depacketizer, type Vp8Frame } from './vp8-depacketizer.js';

/**
 * RFC 6386 9.1: a frame tag, the start code, and 14 bits each for width and height with 2 bits for
 * scaling.
 */
const KEY = hex('10 02 00 9d012a 8042 f000 11 22');
const INTER = hex('11 02 00 33 44');

const push = (...units: (readonly Uint8Array[])[]): Vp8Frame[] => {
  const depacketizer = createVp8Depacketizer();
  return packetsOf(units).flatMap((packet) => depacketizer.push(packet));
};

describe('VP8 from RTP', () => {
  it('accepts frames in one or more packets, with the size of the last key frame', () => {
    const large = concat(INTER, new Uint8Array(2500));
    const frames = push(vp8Payloads(KEY), vp8Payloads(large));
    expect(frames).toEqual([
      { rtpTime: 3000, keyFrame: true, data: KEY, width: 640, height: 240, arrivedMs: 0 },
      { rtpTime: 6000, keyFrame: false, data: large, width: 640, height: 240, arrivedMs: 33 },
    ]);
  });

  it.each([
    ['no extension', '10'],
    ['a picture id of 7 bits', '90 80 11'],
    ['a picture id of 15 bits', '90 80 9122'],
    ['a TL0PICIDX', '90 40 01'],
    ['a temporal layer', '90 20 40'],
    ['a key index', '90 10 03'],
    ['all fields', '90 f0 9122 01 43'],
    ['a non-reference mark', '30'],
  ])('skips a descriptor with %s', (_, descriptor) => {
    expect(push([concat(hex(descriptor), KEY)])).toMatchObject([{ data: KEY }]);
  });

  it('accepts partitions in separate packets', () => {
    const partition1 = concat(hex('11'), hex('aabb'));
    expect(push([concat(hex('10'), KEY), partition1])[0]?.data).toEqual(concat(KEY, hex('aabb')));
  });

  it('withholds frames before the first key frame', () => {
    const frames = push(vp8Payloads(INTER), vp8Payloads(KEY), vp8Payloads(INTER));
    expect(frames.map((frame) => frame.rtpTime)).toEqual([6000, 9000]);
  });

  it.each([
    ['an empty frame', hex('90 80 11')],
    ['a descriptor cut short', hex('90 80')],
    ['a frame without a start', concat(hex('00'), INTER)],
    ['a key frame without a start code', concat(hex('10'), hex('10 02 00 9d012b 8002 f000'))],
    ['a key frame without a size', concat(hex('10'), hex('10 02 00 9d012a 0000 f000'))],
    ['a key frame cut short', concat(hex('10'), hex('10 02 00'))],
  ])('drops the frame and waits for a key frame: %s', (_, payload) => {
    const frames = push(vp8Payloads(KEY), [payload], vp8Payloads(INTER), vp8Payloads(KEY));
    expect(frames.map((frame) => frame.rtpTime)).toEqual([3000, 12000]);
  });

  it('drops a frame whose end was never sent, even if no packet is missing', () => {
    const depacketizer = createVp8Depacketizer();
    const large = vp8Payloads(concat(INTER, new Uint8Array(2500)));
    const packets = packetsOf([
      vp8Payloads(KEY),
      large,
      vp8Payloads(INTER),
      vp8Payloads(KEY),
    ]).filter(({ rtpTime, marker }) => rtpTime !== 6000 || !marker);
    const frames = packets.flatMap((packet) => depacketizer.push(packet));
    expect(frames.map((frame) => frame.rtpTime)).toEqual([3000, 12000]);
  });

  it('treats a second start within a frame as a lost end', () => {
    const start = vp8Payloads(concat(INTER, new Uint8Array(2500)))[0]!;
    const frames = push(vp8Payloads(KEY), [start, ...vp8Payloads(INTER)], vp8Payloads(INTER));
    expect(frames.map((frame) => frame.rtpTime)).toEqual([3000]);
  });
});

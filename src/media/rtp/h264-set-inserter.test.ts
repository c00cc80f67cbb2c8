import { describe, expect, it } from 'vitest';
import { fuA, hex, stapA } from '../../../test/support/rtp-packetizer.js';
import { H264SetInserter } from './h264-set-inserter.js';
import { H264SetStore } from './h264-set-store.js';
import { parseRtpPacket } from './rtp-packet.js';

// From x264, 640x360.
const SPS = hex('6742c01eda028022fe5c0440000003004000000f03c58ba8');
const PPS = hex('68ce0fc8');
const OTHER_PPS = hex('68ee0fc8');
// First slices of frames that refer to set 0, one of them long.
const IDR = hex('6588840a1b2c3d');
const IDR_REST = hex('65013c840a1b2c');
const LONG_IDR = Uint8Array.from({ length: 3_000 }, (_, i) => IDR[i] ?? 0x5a);
const P = hex('419a240a1b2c3d');
const SPROP = [SPS, PPS].map((set) => Buffer.from(set).toString('base64')).join();

type Sent = { sequenceNumber: number; rtpTime: number; marker?: boolean; payload: Uint8Array };

function bytesOf({ sequenceNumber, rtpTime, marker = false, payload }: Sent): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x80, 0);
  header.writeUInt8((marker ? 0x80 : 0) | 105, 1);
  header.writeUInt16BE(sequenceNumber & 0xffff, 2);
  header.writeUInt32BE(rtpTime, 4);
  header.writeUInt32BE(77, 8);
  return Buffer.concat([header, payload]);
}

/** Returns the frames' payloads as consecutive packets. */
const packetsOf = (pictures: readonly (readonly Uint8Array[])[], first = 0): Sent[] =>
  pictures
    .flatMap((payloads, picture) =>
      payloads.map((payload, i) => ({
        rtpTime: picture * 3_000,
        marker: i === payloads.length - 1,
        payload,
      })),
    )
    .map((packet, i) => ({ ...packet, sequenceNumber: first + i }));

const passed = (inserter: H264SetInserter, packets: readonly Sent[], arrivedMs = 0) =>
  packets
    .flatMap((packet) => inserter.push(bytesOf(packet), arrivedMs))
    .map((bytes) => parseRtpPacket(bytes)!);

const sets = stapA(SPS, PPS);
const payloads = (packets: readonly { payload: Uint8Array }[]) =>
  packets.map(({ payload }) => Buffer.from(payload).toString('hex'));
const hexOf = (...all: readonly Uint8Array[]) => all.map((one) => Buffer.from(one).toString('hex'));

describe('H264SetInserter', () => {
  it('inserts the offered sets once before each IDR picture, and renumbers packets', () => {
    const inserter = new H264SetInserter(new H264SetStore(SPROP));
    const pictures = [[IDR, IDR_REST], [P], fuA(LONG_IDR), [P]];
    const out = passed(inserter, packetsOf(pictures, 65_533));
    expect(payloads(out)).toEqual(hexOf(sets, IDR, IDR_REST, P, sets, ...fuA(LONG_IDR), P));
    expect(out.map(({ sequenceNumber }) => sequenceNumber)).toEqual(
      out.map((_, i) => (65_533 + i) & 0xffff),
    );
    expect(out[0]).toMatchObject({ marker: false, rtpTime: 0, ssrc: 77, payloadType: 105 });
  });

  it('does not change frames that contain their sets', () => {
    const inserter = new H264SetInserter(new H264SetStore(SPROP));
    const pictures = [[sets, IDR], [P], [SPS, PPS, IDR], [stapA(SPS, PPS, IDR)]];
    const out = passed(inserter, packetsOf(pictures));
    expect(payloads(out)).toEqual(hexOf(...pictures.flat()));
  });

  it('repeats sets that arrived only once, and uses the newest sets', () => {
    const inserter = new H264SetInserter(new H264SetStore());
    const once = [[SPS, PPS, IDR], [P], [IDR], [stapA(SPS, OTHER_PPS), IDR], [IDR]];
    const out = passed(inserter, packetsOf(once));
    const others = stapA(SPS, OTHER_PPS);
    expect(payloads(out)).toEqual(hexOf(SPS, PPS, IDR, P, sets, IDR, others, IDR, others, IDR));
  });

  it('passes on frames whose sets are unknown', () => {
    const inserter = new H264SetInserter(new H264SetStore());
    expect(payloads(passed(inserter, packetsOf([[IDR], [P]])))).toEqual(hexOf(IDR, P));
  });

  it('reorders packets, and preserves gaps where some were lost', () => {
    const inserter = new H264SetInserter(new H264SetStore(SPROP));
    const [a, b, c, d, e] = packetsOf([[IDR], [P], [P], [IDR], [P]]);
    const out = passed(inserter, [a!, c!, b!, e!]);
    expect(payloads(out)).toEqual(hexOf(sets, IDR, P, P));
    const late = inserter.expire(1_000).map((bytes) => parseRtpPacket(bytes)!);
    // The second IDR picture is missing, along with its number.
    expect(late.map(({ sequenceNumber }) => sequenceNumber)).toEqual([5]);
    expect(passed(inserter, [d!], 1_001)).toEqual([]);
  });

  it('inserts nothing into an IDR picture whose first slice was lost', () => {
    const inserter = new H264SetInserter(new H264SetStore(SPROP));
    const [, rest, ...others] = packetsOf([[IDR, IDR_REST], [P], [IDR]]);
    expect(payloads(passed(inserter, [rest!, ...others]))).toEqual(hexOf(IDR_REST, P, sets, IDR));
  });

  it('never modifies the input bytes', () => {
    const inserter = new H264SetInserter(new H264SetStore(SPROP));
    for (const packet of packetsOf([fuA(LONG_IDR), [P]])) {
      const bytes = bytesOf(packet);
      const before = Buffer.from(bytes);
      inserter.push(bytes, 0);
      expect(bytes).toEqual(before);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { parseRtpPacket } from './rtp-packet.js';

const HEADER = '80 e0 fffe 80000001 deadbeef';

describe('parseRtpPacket', () => {
  it('reads all 16 or 32 bits of the numbers in the fixed header', () => {
    expect(parseRtpPacket(hex(`${HEADER} 0102`))).toEqual({
      sequenceNumber: 0xfffe,
      rtpTime: 0x80000001,
      ssrc: 0xdeadbeef,
      marker: true,
      payloadType: 96,
      payload: hex('0102'),
    });
  });

  it('skips CSRCs and a header extension', () => {
    const packet = hex('92 60 0001 00000002 00000003 11111111 22222222 bede0001 aabbccdd 0506');
    expect(parseRtpPacket(packet)).toMatchObject({ marker: false, payload: hex('0506') });
  });

  it('skips an empty extension', () => {
    expect(parseRtpPacket(hex('90 60 0001 00000002 00000003 bede0000 05'))?.payload).toEqual(
      hex('05'),
    );
  });

  it('removes padding', () => {
    expect(parseRtpPacket(hex('a0 60 0001 00000002 00000003 0102 000003'))?.payload).toEqual(
      hex('0102'),
    );
  });

  it('returns an empty payload for a bandwidth probe, which is all padding', () => {
    expect(parseRtpPacket(hex('a0 60 0001 00000002 00000003 000003'))?.payload).toHaveLength(0);
  });

  it('shares the memory of the bytes', () => {
    const bytes = hex(`${HEADER} 0102`);
    expect(parseRtpPacket(bytes)?.payload.buffer).toBe(bytes.buffer);
  });

  it.each([
    ['nothing', ''],
    ['a truncated header', '80 e0 fffe 80000001 deadbe'],
    ['version 1', '40 e0 fffe 80000001 deadbeef 01'],
    ['CSRCs beyond the end', '8f e0 fffe 80000001 deadbeef 01'],
    ['a truncated extension header', '90 e0 fffe 80000001 deadbeef bede'],
    ['an extension beyond the end', '90 e0 fffe 80000001 deadbeef bedeffff 01'],
    ['padding of no bytes', 'a0 e0 fffe 80000001 deadbeef 0100'],
    ['padding that reaches into the header', 'a0 e0 fffe 80000001 deadbeef 0103'],
  ])('rejects %s', (_, bytes) => {
    expect(parseRtpPacket(hex(bytes))).toBeNull();
  });

  it('never throws or reads beyond the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, isVersion2) => {
        if (isVersion2 && bytes.length > 0) bytes[0] = (bytes[0]! & 0x3f) | 0x80;
        const packet = parseRtpPacket(bytes);
        expect(packet?.payload.length ?? 0).toBeLessThanOrEqual(Math.max(0, bytes.length - 12));
      }),
      { numRuns: fuzzRuns(500) },
    );
  });
});

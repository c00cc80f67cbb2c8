import {
  PictureLossIndication,
  RtcpPacketConverter,
  RtcpPayloadSpecificFeedback,
  RtcpRrPacket,
  RtcpSrPacket,
} from 'werift';
import { describe, expect, test } from 'vitest';
import { keyFrameRequests, senderReport } from './rtcp.js';

/** A full intra request for an SSRC. The packet's media source field is unused (RFC 5104 4.3.1). */
function fullIntraRequest(ssrc: number): Buffer {
  const packet = Buffer.alloc(20);
  packet.set([0x84, 206, 0, 4]);
  packet.writeUInt32BE(ssrc, 12);
  return packet;
}

const pictureLoss = (mediaSsrc: number) =>
  new RtcpPayloadSpecificFeedback({
    feedback: new PictureLossIndication({ senderSsrc: 1, mediaSsrc }),
  }).serialize();

describe('keyFrameRequests', () => {
  test('finds all requests in a compound packet', () => {
    const report = new RtcpRrPacket({ ssrc: 1, reports: [] }).serialize();
    const compound = Buffer.concat([report, pictureLoss(7), fullIntraRequest(4_294_967_295)]);
    expect(keyFrameRequests(compound)).toEqual([7, 4_294_967_295]);
    expect(keyFrameRequests(report)).toEqual([]);
  });

  test('ignores requests that are cut off', () => {
    for (const request of [pictureLoss(7), fullIntraRequest(7)])
      for (let length = 0; length < request.length; length += 1)
        expect(keyFrameRequests(request.subarray(0, length))).toEqual([]);
  });
});

test('senderReport relates an RTP time to the wall clock', () => {
  const ntpMs = Date.UTC(2026, 10, 30, 12) + 250;
  const [report] = RtcpPacketConverter.deSerialize(senderReport({ ssrc: 7, ntpMs, rtpTime: 90 }));
  expect(report).toBeInstanceOf(RtcpSrPacket);
  const { ssrc, senderInfo, reports } = report as RtcpSrPacket;
  const sinceUnix = (senderInfo.ntpTimestamp >> 32n) - 2_208_988_800n;
  expect([ssrc, senderInfo.rtpTimestamp, reports]).toEqual([7, 90, []]);
  expect(Number(sinceUnix)).toBe(Math.floor(ntpMs / 1_000));
  expect(Number(senderInfo.ntpTimestamp & 0xffff_ffffn) / 2 ** 32).toBeCloseTo(0.25, 6);
});

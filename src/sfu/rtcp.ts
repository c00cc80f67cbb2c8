import { ntpOf } from './sender-report.js';

/** RTCP packet types (RFC 3550 6.4.1, RFC 4585 6.1). */
const SENDER_REPORT = 200;
const PAYLOAD_FEEDBACK = 206;
/** Picture loss indication and full intra request (RFC 4585 6.3.1, RFC 5104 4.3.1). */
const PLI = 1;
const FIR = 4;
const HEADER_BYTES = 4;
const REPORT_BYTES = 28;

/** Returns the SSRCs for which an RTCP packet, compound or not, requests a key frame. */
export function keyFrameRequests(rtcp: Buffer): number[] {
  const ssrcs: number[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= rtcp.length) {
    const end = at + 4 * (rtcp.readUInt16BE(at + 2) + 1);
    const format = rtcp.readUInt8(at) & 0x1f;
    const isFeedback = rtcp.readUInt8(at + 1) === PAYLOAD_FEEDBACK && end <= rtcp.length;
    if (isFeedback && format === PLI && end >= at + 12) ssrcs.push(rtcp.readUInt32BE(at + 8));
    if (isFeedback && format === FIR && end >= at + 16) ssrcs.push(rtcp.readUInt32BE(at + 12));
    at = end;
  }
  return ssrcs;
}

/**
 * Returns a sender report without report blocks: the RTP clock showed `rtpTime` at `ntpMs`, in
 * milliseconds since 1970, with a fraction. Its counts are 0, because mediasoup generates its own
 * reports for each viewer.
 */
export function senderReport({
  ssrc,
  ntpMs,
  rtpTime,
}: {
  ssrc: number;
  ntpMs: number;
  rtpTime: number;
}): Buffer {
  const { ntpSec, ntpFrac } = ntpOf(ntpMs);
  const report = Buffer.alloc(REPORT_BYTES);
  report.writeUInt8(0x80, 0);
  report.writeUInt8(SENDER_REPORT, 1);
  report.writeUInt16BE(REPORT_BYTES / 4 - 1, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE(ntpSec, 8);
  report.writeUInt32BE(ntpFrac, 12);
  report.writeUInt32BE(rtpTime, 16);
  return report;
}

const SENDER_REPORT = 200;
const PAYLOAD_FEEDBACK = 206;
/** Picture loss indication and full intra request (RFC 4585 6.3.1, RFC 5104 4.3.1). */
const PLI = 1;
const FIR = 4;
const UNIX_TO_NTP_MS = 2_208_988_800_000;
const REPORT_BYTES = 28;
const HEADER_BYTES = 4;

/** Returns an RTCP sender report without report blocks (RFC 3550 6.4.1). */
export function senderReport({
  ssrc,
  ntpMs,
  rtpTime,
}: {
  ssrc: number;
  /** Milliseconds since 1970, with a fraction. */
  ntpMs: number;
  rtpTime: number;
}): Buffer {
  const report = Buffer.alloc(REPORT_BYTES);
  const ntp = ntpMs + UNIX_TO_NTP_MS;
  const seconds = Math.floor(ntp / 1_000);
  const fraction = Math.min(0xffff_ffff, Math.round(((ntp % 1_000) / 1_000) * 2 ** 32));
  report.writeUInt8(0x80, 0);
  report.writeUInt8(SENDER_REPORT, 1);
  report.writeUInt16BE(REPORT_BYTES / 4 - 1, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE(seconds >>> 0, 8);
  report.writeUInt32BE(fraction, 12);
  report.writeUInt32BE(rtpTime, 16);
  // Packet and byte counts stay 0, since mediasoup generates its own reports for each viewer.
  return report;
}

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

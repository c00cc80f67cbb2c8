import { ntpOf } from './sender-report.js';

/** RFC 3550 6.4.1, RFC 4585 6.1. */
const SENDER_REPORT = 200;
const PAYLOAD_FEEDBACK = 206;
/** RFC 4585 6.3.1, RFC 5104 4.3.1. */
const PLI = 1;
const FIR = 4;

/** Whether an RTCP packet, compound or not, contains a key frame request. */
export function isKeyFrameRequest(bytes: Buffer): boolean {
  for (let offset = 0; offset + 4 <= bytes.length;) {
    const format = bytes.readUInt8(offset) & 0x1f;
    const type = bytes.readUInt8(offset + 1);
    if (type === PAYLOAD_FEEDBACK && (format === PLI || format === FIR)) return true;
    offset += 4 * (bytes.readUInt16BE(offset + 2) + 1);
  }
  return false;
}

/**
 * Returns a sender report without counts and report blocks: it says that the RTP clock showed
 * `rtpTime` at `ntpMs`, in milliseconds since 1970.
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
  const report = Buffer.alloc(28);
  report.writeUInt8(0x80, 0);
  report.writeUInt8(SENDER_REPORT, 1);
  report.writeUInt16BE(report.length / 4 - 1, 2);
  report.writeUInt32BE(ssrc, 4);
  report.writeUInt32BE(ntpSec, 8);
  report.writeUInt32BE(ntpFrac, 12);
  report.writeUInt32BE(rtpTime, 16);
  return report;
}

/** An RTP packet (RFC 3550 5.1); `payload` is a view of the parsed bytes. */
export type RtpPacket = Readonly<{
  /** 16 bits, wrapping. */
  sequenceNumber: number;
  /** 32 bits, in ticks of the codec's clock. */
  rtpTime: number;
  ssrc: number;
  marker: boolean;
  payloadType: number;
  /** The payload without padding; empty in bandwidth probes. */
  payload: Uint8Array;
}>;

/** A packet with its arrival time, in milliseconds on the server's clock. */
export type ArrivedPacket = RtpPacket & Readonly<{ arrivedMs: number }>;

const FIXED_HEADER_BYTES = 12;

/**
 * Parses a packet. Returns null for anything except a complete RTP packet of version 2. Never
 * throws.
 */
export function parseRtpPacket(bytes: Uint8Array): RtpPacket | null {
  if (bytes.length < FIXED_HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(0);
  if (flags >> 6 !== 2) return null;
  const start = payloadStart(view, flags);
  if (start === null) return null;
  const end = (flags & 0x20) === 0 ? bytes.length : paddingStart(view);
  if (end < start) return null;
  const second = view.getUint8(1);
  return {
    sequenceNumber: view.getUint16(2),
    rtpTime: view.getUint32(4),
    ssrc: view.getUint32(8),
    marker: second >= 0x80,
    payloadType: second & 0x7f,
    payload: bytes.subarray(start, end),
  };
}

/** Skips the CSRC list and the header extension (RFC 3550 5.3.1), if present. */
function payloadStart(view: DataView, flags: number): number | null {
  let start = FIXED_HEADER_BYTES + 4 * (flags & 0x0f);
  if ((flags & 0x10) !== 0) {
    if (start + 4 > view.byteLength) return null;
    start += 4 + 4 * view.getUint16(start + 2);
  }
  return start <= view.byteLength ? start : null;
}

/** RFC 3550 5.1: the last octet counts the padding octets including itself, so 0 is an error. */
function paddingStart(view: DataView): number {
  const count = view.getUint8(view.byteLength - 1);
  return count === 0 ? -1 : view.byteLength - count;
}

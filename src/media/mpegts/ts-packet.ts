/** The size of a transport stream packet (ISO/IEC 13818-1 2.4.3.2). */
export const TS_PACKET_BYTES = 188;
export const SYNC_BYTE = 0x47;
const HEADER_BYTES = 4;

/** The contents of a packet that are needed here. */
export type TsPacket = Readonly<{
  /** The packet identifier, which names the stream or table to which the payload belongs. */
  pid: number;
  /** Whether a PES packet or a section begins in the payload. */
  starts: boolean;
  /** Counts a PID's packets with payload, modulo 16. */
  counter: number;
  /** Whether the counter and the clock may jump here. */
  discontinuous: boolean;
  payload: Uint8Array;
}>;

/**
 * Parses a packet (ISO/IEC 13818-1 2.4.3). Returns null if it is damaged or scrambled, or has no
 * payload. The payload isn't copied.
 */
export function readTsPacket(bytes: Uint8Array): TsPacket | null {
  const [sync, high = 0, low = 0, control = 0] = bytes;
  if (bytes.length !== TS_PACKET_BYTES || sync !== SYNC_BYTE) return null;
  const isDamaged = (high & 0x80) !== 0;
  const isScrambled = (control & 0xc0) !== 0;
  const hasPayload = (control & 0x10) !== 0;
  if (isDamaged || isScrambled || !hasPayload) return null;
  const hasAdaptation = (control & 0x20) !== 0;
  const adaptationBytes = hasAdaptation ? 1 + (bytes[HEADER_BYTES] ?? 0) : 0;
  const begin = HEADER_BYTES + adaptationBytes;
  if (begin >= TS_PACKET_BYTES) return null;
  return {
    pid: ((high & 0x1f) << 8) | low,
    starts: (high & 0x40) !== 0,
    counter: control & 0x0f,
    discontinuous: adaptationBytes > 1 && ((bytes[HEADER_BYTES + 1] ?? 0) & 0x80) !== 0,
    payload: bytes.subarray(begin),
  };
}

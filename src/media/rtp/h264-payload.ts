import { NAL, SLICE_HEAD_BYTES } from '../codecs/h264-nal.js';

/**
 * A NAL unit that begins in an H.264 RTP payload (RFC 6184, modes 0 and 1): a whole NAL unit, or
 * the beginning of a fragmented one.
 */
export type H264Beginning = Readonly<{
  type: number;
  /** The bytes of the NAL unit from its header on; only the first ones if it is fragmented. */
  bytes: Uint8Array;
  whole: boolean;
}>;

/**
 * Returns the NAL units that begin in a payload, up to the first malformed one. The list is empty
 * for later fragments.
 */
export function h264Beginnings(payload: Uint8Array): H264Beginning[] {
  const [indicator = 0, header = 0] = payload;
  const type = indicator & 0x1f;
  if (type === NAL.fuA) {
    if (header < 0x80) return [];
    // Unlike slice(), which doesn't copy a Buffer, this always copies.
    const bytes = Uint8Array.from(payload.subarray(1, 2 + SLICE_HEAD_BYTES));
    bytes[0] = (indicator & 0xe0) | (header & 0x1f);
    return [{ type: header & 0x1f, bytes, whole: false }];
  }
  if (type === NAL.stapA) return aggregated(payload);
  return type > 0 && type < NAL.stapA ? [{ type, bytes: payload, whole: true }] : [];
}

function aggregated(payload: Uint8Array): H264Beginning[] {
  const units: H264Beginning[] = [];
  for (let offset = 1; offset + 2 < payload.length;) {
    const begin = offset + 2;
    offset = begin + (payload[offset] ?? 0) * 256 + (payload[offset + 1] ?? 0);
    if (offset > payload.length || offset === begin) return units;
    const bytes = payload.subarray(begin, offset);
    units.push({ type: (bytes[0] ?? 0) & 0x1f, bytes, whole: true });
  }
  return units;
}

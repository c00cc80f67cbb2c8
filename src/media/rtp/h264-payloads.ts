import { NAL } from '../codecs/h264-nal.js';

/**
 * The payload of a 1,200-byte packet, which fits every network path, without the 12-byte header.
 */
const PAYLOAD_MAX = 1_188;
/** Bits of the NAL unit header and of the fragment header (RFC 6184 5.3, 5.8). */
const TYPE_BITS = 0x1f;
const IMPORTANCE_BITS = 0x60;
const START = 0x80;
const END = 0x40;
const FRAGMENT_HEAD_BYTES = 2;

/**
 * Returns the RTP payloads of one H.264 access unit (RFC 6184, packetization mode 1), each as
 * pieces to be joined. NAL units that fit are sent alone, and longer ones in fragments.
 * @param nals non-empty NAL units, in order
 * @param sets parameter sets to send before the NAL units, in one packet if they fit; empty for
 *   none
 */
export function h264Payloads(
  nals: readonly Uint8Array[],
  sets: readonly Uint8Array[],
): (readonly Uint8Array[])[] {
  return [...aggregated(sets), ...nals.flatMap(split)];
}

/** Puts the sets in a STAP-A (RFC 6184 5.7.1). mediasoup recognizes key frames by their sets. */
function aggregated(sets: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  const bytes = sets.reduce((sum, { length }) => sum + 2 + length, 1);
  if (bytes > PAYLOAD_MAX) return sets.flatMap(split);
  if (sets.length === 0) return [];
  const importance = Math.max(...sets.map(([head = 0]) => head & IMPORTANCE_BITS));
  const units = sets.flatMap((set) => [Uint8Array.of(set.length >> 8, set.length & 0xff), set]);
  return [[Uint8Array.of(importance | NAL.stapA), ...units]];
}

function split(nal: Uint8Array): (readonly Uint8Array[])[] {
  if (nal.length <= PAYLOAD_MAX) return [[nal]];
  const payloads: (readonly Uint8Array[])[] = [];
  const [head = 0] = nal;
  const room = PAYLOAD_MAX - FRAGMENT_HEAD_BYTES;
  for (let at = 1; at < nal.length; at += room) {
    const flags = (at === 1 ? START : 0) | (at + room >= nal.length ? END : 0);
    const indicator = (head & IMPORTANCE_BITS) | NAL.fuA;
    payloads.push([
      Uint8Array.of(indicator, flags | (head & TYPE_BITS)),
      nal.subarray(at, at + room),
    ]);
  }
  return payloads;
}

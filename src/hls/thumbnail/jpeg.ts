const SOI = 0xd8;
const EOI = 0xd9;
const START_OF_SCAN = 0xda;
/**
 * The markers of baseline, extended sequential and progressive frames with Huffman coding, which
 * every browser supports (ITU-T T.81 table B.1).
 */
const FRAME_MARKERS = new Set([0xc0, 0xc1, 0xc2]);

/** The limits of an image: bytes, and pixels per side. */
export type JpegBounds = Readonly<{ bytes: number; side: number }>;

/**
 * Returns the dimensions of a JPEG if they are within the bounds. Checks only the structure (ITU-T
 * T.81 B.2): start and end markers, a frame header with dimensions, and a scan. Returns null for
 * anything else.
 */
export function jpegSize(
  bytes: Uint8Array,
  bounds: JpegBounds,
): { width: number; height: number } | null {
  if (bytes.length > bounds.bytes) return null;
  if (!isMarker(bytes, 0, SOI) || !isMarker(bytes, bytes.length - 2, EOI)) return null;
  let size: { width: number; height: number } | null = null;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === START_OF_SCAN) return size;
    const length = u16(bytes, at + 2);
    if (FRAME_MARKERS.has(marker)) {
      size = { height: u16(bytes, at + 5), width: u16(bytes, at + 7) };
      if (!isWithin(size.width, bounds.side) || !isWithin(size.height, bounds.side)) return null;
    }
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

const u16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
const isMarker = (bytes: Uint8Array, at: number, marker: number): boolean =>
  bytes[at] === 0xff && bytes[at + 1] === marker;
const isWithin = (side: number, max: number): boolean => side > 0 && side <= max;

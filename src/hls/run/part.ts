import type { WrittenPart } from '../timeline/rendition-writer.js';

/**
 * A part as playlists and requests use it, with its position within the segment in seconds and
 * bytes.
 */
export type Part = Readonly<{
  durationS: number;
  /** Whether the part begins with a key frame. */
  independent: boolean;
  /** The offset of the part's first byte in the segment. */
  offset: number;
  byteLength: number;
}>;

/** Returns the part written at `offset` bytes into its segment. */
export function partAt(offset: number, written: WrittenPart): Part {
  const { durationS, independent, bytes } = written;
  return { durationS, independent, offset, byteLength: bytes.byteLength };
}

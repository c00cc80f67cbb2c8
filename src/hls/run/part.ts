import type { WrittenPart } from '../timeline/rendition-writer.js';

/** A part as used by playlists and requests: its place in its segment, in seconds and in bytes. */
export type Part = Readonly<{
  durationS: number;
  /** Begins with a key frame. */
  independent: boolean;
  /** The offset of its first byte in the segment. */
  offset: number;
  byteLength: number;
}>;

/** Returns the part written at `offset` bytes into its segment. */
export function partAt(offset: number, written: WrittenPart): Part {
  const { durationS, independent, bytes } = written;
  return { durationS, independent, offset, byteLength: bytes.byteLength };
}

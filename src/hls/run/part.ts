import type { WrittenPart } from '../timeline/rendition-writer.js';

/** A part as playlists and requests know it: where it lies in its segment, in seconds and in bytes. */
export type Part = Readonly<{
  durationS: number;
  /** Begins with a key frame. */
  independent: boolean;
  /** Of its first byte in the segment. */
  offset: number;
  byteLength: number;
}>;

/** What a part written after `offset` bytes of its segment is. */
export function partAt(offset: number, written: WrittenPart): Part {
  const { durationS, independent, bytes } = written;
  return { durationS, independent, offset, byteLength: bytes.byteLength };
}

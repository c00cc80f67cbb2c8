/** Part of a box: bytes, or a nested box. */
export type BoxContent = Uint8Array | readonly number[];

/** Returns a box (ISO/IEC 14496-12 4.2): a 4-byte size, its type, and its content. */
export function box(type: string, ...contents: readonly BoxContent[]): Uint8Array {
  const size = contents.reduce((total, { length }) => total + length, 8);
  const bytes = new Uint8Array(size);
  bytes.set([...u32(size), ...fourCc(type)]);
  let at = 8;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

/** Returns a box with a version and flags before its content. */
export function fullBox(
  type: string,
  { version = 0, flags = 0 }: { version?: number; flags?: number },
  ...contents: readonly BoxContent[]
): Uint8Array {
  return box(type, [version, ...u32(flags).slice(1)], ...contents);
}

/**
 * Returns a box as a list of its header and contents, so that nested boxes of many megabytes are
 * copied only once, into the file.
 */
export function boxInPieces(type: string, ...contents: readonly BoxContent[]): Uint8Array[] {
  const pieces = contents.map((content) =>
    content instanceof Uint8Array ? content : Uint8Array.from(content),
  );
  return [Uint8Array.from([...u32(8 + lengthOf(pieces)), ...fourCc(type)]), ...pieces];
}

/** Returns the total length of the pieces, in bytes. */
export const lengthOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((total, { length }) => total + length, 0);

/** Encode big-endian numbers of 16 and 32 bits. */
export const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
export const u32 = (value: number): number[] => [
  (value >>> 24) & 0xff,
  (value >>> 16) & 0xff,
  (value >>> 8) & 0xff,
  value & 0xff,
];
/** Encodes a big-endian number of 64 bits; a negative one in two's complement. */
export const u64 = (value: number): number[] => [
  ...u32(Math.floor(value / 2 ** 32)),
  ...u32(value % 2 ** 32),
];

/** Encodes a type or brand: four ASCII characters. */
export const fourCc = (text: string): number[] =>
  Array.from(text, (letter) => letter.charCodeAt(0));
export const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

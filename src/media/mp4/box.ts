/** Part of a box: bytes, or a nested box. */
export type BoxContent = Uint8Array | readonly number[];

/** A box (ISO/IEC 14496-12 4.2): a 4-byte size, its type, its content. */
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

/** A box with a version and flags before its content. */
export function fullBox(
  type: string,
  { version = 0, flags = 0 }: { version?: number; flags?: number },
  ...contents: readonly BoxContent[]
): Uint8Array {
  return box(type, [version, ...u32(flags).slice(1)], ...contents);
}

/** Big-endian numbers of 16 and 32 bits. */
export const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
export const u32 = (value: number): number[] => [
  (value >>> 24) & 0xff,
  (value >>> 16) & 0xff,
  (value >>> 8) & 0xff,
  value & 0xff,
];

/** A type or brand: four ASCII characters. */
export const fourCc = (text: string): number[] =>
  Array.from(text, (letter) => letter.charCodeAt(0));
export const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

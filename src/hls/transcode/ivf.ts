const FILE_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 12;

/** Returns the header of an IVF stream of VP8 with timestamps in milliseconds. */
export function ivfHeader({ width, height }: { width: number; height: number }): Uint8Array {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(FILE_HEADER_BYTES, 6);
  header.write('VP80', 8, 'latin1');
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(1_000, 16); // ticks per second …
  header.writeUInt32LE(1, 20); // … divided by this
  return header;
}

/** Returns the header that precedes a frame's bytes. */
export function ivfFrameHeader(bytes: number, timeMs: number): Uint8Array {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32LE(bytes, 0);
  header.writeBigUInt64LE(BigInt(timeMs), 4);
  return header;
}

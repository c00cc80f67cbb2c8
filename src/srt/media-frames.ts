/** The size of the header, which contains the connection's number and the length of the data. */
const HEADER_BYTES = 8;
/** The maximum length of the data. */
export const DATA_MAX = 65_536;

/** Bytes that belong to one connection. */
export type MediaFrame = Readonly<{ id: number; data: Uint8Array }>;

/** Reads the frames in which the SRT program passes media on. See native/srt/main.py. */
export class MediaFrameReader {
  #held: Buffer = Buffer.alloc(0);

  /**
   * Adds received bytes and returns the frames that they complete. At most one incomplete frame is
   * held.
   * @throws {RangeError} if a frame is longer than any that the program would send
   */
  push(bytes: Buffer): MediaFrame[] {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const frames: MediaFrame[] = [];
    let at = 0;
    while (all.length - at >= HEADER_BYTES) {
      const length = all.readUInt32BE(at + 4);
      if (length > DATA_MAX) throw new RangeError(`a frame of ${length} bytes`);
      const end = at + HEADER_BYTES + length;
      if (end > all.length) break;
      frames.push({ id: all.readUInt32BE(at), data: all.subarray(at + HEADER_BYTES, end) });
      at = end;
    }
    this.#held = all.subarray(at);
    return frames;
  }
}

/**
 * Writes a frame.
 * @param data at most {@link DATA_MAX} bytes
 */
export function mediaFrame({ id, data }: MediaFrame): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(id);
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

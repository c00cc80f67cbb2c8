/** Tag types (Adobe FLV 10.1, E.4.1), which are also RTMP message types. */
export const TAG = { audio: 8, video: 9, script: 18 } as const;

const FILE_HEADER_BYTES = 9;
/** The length of the field before each tag, which gives the size of the previous tag. */
const BACK_POINTER_BYTES = 4;
const TAG_HEADER_BYTES = 11;
/** The maximum size of a tag, larger than any 4K key frame. */
const TAG_MAX = 16 * 1_048_576;

/** One tag of an FLV stream. */
export type FlvTag = Readonly<{
  /** One of {@link TAG}, or any other number. */
  type: number;
  /** An unsigned number of 32 bits, in milliseconds. */
  timeMs: number;
  body: Uint8Array;
}>;

/**
 * Reads the tags of an FLV stream (Adobe Flash Video File Format 10.1, annex E) as it arrives. FLV
 * is FFmpeg's only output format in which a frame and its time are written at once; others wait for
 * the next frame.
 */
export class FlvReader {
  #rest: Buffer = Buffer.alloc(0);
  #inTags = false;

  /**
   * Adds a chunk and returns the tags that are now complete.
   * @throws if the stream is not FLV
   */
  push(chunk: Uint8Array): FlvTag[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const tags: FlvTag[] = [];
    if (!this.#inTags) {
      if (this.#rest.length < FILE_HEADER_BYTES) return tags;
      if (this.#rest.toString('latin1', 0, 3) !== 'FLV') throw new Error('the stream is not FLV');
      this.#rest = this.#rest.subarray(this.#rest.readUInt32BE(5));
      this.#inTags = true;
    }
    for (;;) {
      const tag = this.#takeTag();
      if (tag === null) return tags;
      tags.push(tag);
    }
  }

  #takeTag(): FlvTag | null {
    const start = BACK_POINTER_BYTES;
    if (this.#rest.length < start + TAG_HEADER_BYTES) return null;
    const bytes = this.#rest.readUIntBE(start + 1, 3);
    if (bytes > TAG_MAX) throw new Error('FLV tag too large');
    const body = start + TAG_HEADER_BYTES;
    if (this.#rest.length < body + bytes) return null;
    const tag = {
      type: this.#rest.readUInt8(start),
      // The lower 24 bits, then the upper 8.
      timeMs: this.#rest.readUIntBE(start + 4, 3) + this.#rest.readUInt8(start + 7) * 0x100_0000,
      body: Uint8Array.from(this.#rest.subarray(body, body + bytes)),
    };
    this.#rest = this.#rest.subarray(body + bytes);
    return tag;
  }
}

/** Returns the start of an FLV stream, up to its first tag. */
export function flvHeader({ audio, video }: { audio: boolean; video: boolean }): Buffer {
  const flags = (audio ? 4 : 0) | (video ? 1 : 0);
  return Buffer.from([...Buffer.from('FLV'), 1, flags, 0, 0, 0, FILE_HEADER_BYTES, 0, 0, 0, 0]);
}

/** Returns a tag, followed by its size. */
export function flvTag({ type, timeMs, body }: FlvTag): Buffer {
  const header = Buffer.alloc(TAG_HEADER_BYTES);
  header.writeUInt8(type);
  header.writeUIntBE(body.length, 1, 3);
  header.writeUIntBE(timeMs % 0x100_0000, 4, 3);
  header.writeUInt8(Math.floor(timeMs / 0x100_0000) % 256, 7);
  const size = Buffer.alloc(BACK_POINTER_BYTES);
  size.writeUInt32BE(header.length + body.length);
  return Buffer.concat([header, body, size]);
}

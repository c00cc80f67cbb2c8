const FILE_HEADER_BYTES = 9;
/** The length of the field before each tag that gives the size of the previous tag. */
const BACK_POINTER_BYTES = 4;
const TAG_HEADER_BYTES = 11;
/** The header of a video tag's body, before the frame. */
const VIDEO_HEADER_BYTES = 5;
const VIDEO_TAG = 9;
const AVC = 7;
/** Larger than any 4K key frame. */
const TAG_MAX = 16 * 1_048_576;

/** An item of an FLV stream of H.264. */
export type FlvItem =
  /** The body of `avcC`. */
  | { type: 'config'; record: Uint8Array }
  /** NAL units, each preceded by its length. */
  | { type: 'picture'; timeMs: number; keyFrame: boolean; data: Uint8Array };

/**
 * Extracts H.264 from FLV (Adobe Flash Video File Format 10.1, annex E) as it arrives. FLV is used
 * because it is the only FFmpeg output format in which a frame and its time are written at once,
 * rather than when the next frame follows.
 */
export class FlvReader {
  #rest: Buffer = Buffer.alloc(0);
  #inTags = false;

  /**
   * Adds a chunk and returns the items that are now complete.
   * @throws if the stream is not FLV with H.264
   */
  push(chunk: Uint8Array): FlvItem[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const items: FlvItem[] = [];
    if (!this.#inTags) {
      if (this.#rest.length < FILE_HEADER_BYTES) return items;
      if (this.#rest.toString('latin1', 0, 3) !== 'FLV') throw new Error('the stream is not FLV');
      this.#rest = this.#rest.subarray(this.#rest.readUInt32BE(5));
      this.#inTags = true;
    }
    for (;;) {
      const tag = this.#takeTag();
      if (tag === null) return items;
      const item = readTag(tag);
      if (item !== null) items.push(item);
    }
  }

  #takeTag(): Buffer | null {
    const start = BACK_POINTER_BYTES;
    if (this.#rest.length < start + TAG_HEADER_BYTES) return null;
    const bytes = this.#rest.readUIntBE(start + 1, 3);
    if (bytes > TAG_MAX) throw new Error('FLV tag too large');
    const end = start + TAG_HEADER_BYTES + bytes;
    if (this.#rest.length < end) return null;
    const tag = this.#rest.subarray(start, end);
    this.#rest = this.#rest.subarray(end);
    return tag;
  }
}

function readTag(tag: Buffer): FlvItem | null {
  const body = tag.subarray(TAG_HEADER_BYTES);
  const [kind = 0, packetType] = body;
  if (tag[0] !== VIDEO_TAG || body.length < VIDEO_HEADER_BYTES) return null;
  if ((kind & 0x0f) !== AVC) throw new Error('the FLV stream is not H.264');
  const data = Uint8Array.from(body.subarray(VIDEO_HEADER_BYTES));
  if (packetType === 0) return { type: 'config', record: data };
  if (packetType !== 1) return null;
  // The lower 24 bits, then the upper 8.
  const timeMs = tag.readUIntBE(4, 3) + (tag[7] ?? 0) * 0x100_0000;
  return { type: 'picture', timeMs, keyFrame: kind >> 4 === 1, data };
}

const FILE_HEADER_BYTES = 9;
/** The size of the tag before, which stands before each tag. */
const BACK_POINTER_BYTES = 4;
const TAG_HEADER_BYTES = 11;
/** Of a video tag's body, before the picture. */
const VIDEO_HEADER_BYTES = 5;
const VIDEO_TAG = 9;
const AVC = 7;
/** A key frame of 4K is not so large. */
const TAG_MAX = 16 * 1_048_576;

/** What an FLV stream of H.264 holds. */
export type FlvItem =
  /** The body of `avcC`. */
  | { type: 'config'; record: Uint8Array }
  /** NAL units with their lengths before them. */
  | { type: 'picture'; timeMs: number; keyFrame: boolean; data: Uint8Array };

/**
 * Takes H.264 out of FLV (Adobe Flash Video File Format 10.1, annex E) as it arrives. Of all that FFmpeg
 * writes, FLV alone gives out a picture at once, with its time, and not when the next one is there.
 */
export class FlvReader {
  #rest: Buffer = Buffer.alloc(0);
  #inTags = false;

  /** What is whole by now. Throws when it isn't FLV of H.264. */
  push(chunk: Uint8Array): FlvItem[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const items: FlvItem[] = [];
    if (!this.#inTags) {
      if (this.#rest.length < FILE_HEADER_BYTES) return items;
      if (this.#rest.toString('latin1', 0, 3) !== 'FLV') throw new Error('this is not FLV');
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
    if (bytes > TAG_MAX) throw new Error('an FLV tag is too large');
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
  if ((kind & 0x0f) !== AVC) throw new Error('the FLV has no H.264');
  const data = Uint8Array.from(body.subarray(VIDEO_HEADER_BYTES));
  if (packetType === 0) return { type: 'config', record: data };
  if (packetType !== 1) return null;
  // 24 bits, and then the 8 above them.
  const timeMs = tag.readUIntBE(4, 3) + (tag[7] ?? 0) * 0x100_0000;
  return { type: 'picture', timeMs, keyFrame: kind >> 4 === 1, data };
}

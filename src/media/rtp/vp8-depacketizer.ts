import type { Depacketizer } from './depacketizer.js';
import { UnitAssembly } from './unit-assembly.js';
import { VideoDepacketizer, type PayloadFormat, type PayloadResult } from './video-depacketizer.js';

/** A VP8 frame. It isn't an {@link AccessUnit}, because players can't play VP8 in MP4. */
export type Vp8Frame = Readonly<{
  /** The 32-bit RTP timestamp as sent. */
  rtpTime: number;
  keyFrame: boolean;
  data: Uint8Array;
  /** The size given in the last key frame. */
  width: number;
  height: number;
  /** The arrival time of the frame's last packet, in milliseconds on the server's clock. */
  arrivedMs: number;
}>;

export function createVp8Depacketizer(): Depacketizer<Vp8Frame> {
  return new VideoDepacketizer(new Vp8Format());
}

type Content = { keyFrame: boolean; data: Uint8Array; width: number; height: number };

/** The RTP payload format of VP8 (RFC 7741). */
class Vp8Format implements PayloadFormat<Content> {
  /** RFC 7741 4.1: the marker bit must be set on the last packet of a frame. */
  readonly endIsMarked = true;
  readonly #assembly = new UnitAssembly();
  #size = { width: 0, height: 0 };

  beginsUnit(payload: Uint8Array): boolean {
    // S bit set, and partition 0.
    return ((payload[0] ?? 0) & 0x17) === 0x10;
  }

  add(payload: Uint8Array): PayloadResult {
    const start = descriptorBytes(payload);
    if (start >= payload.length) return 'damaged';
    if (this.beginsUnit(payload) !== (this.#assembly.end === 0)) return 'damaged';
    this.#assembly.add(payload.subarray(start));
    return this.#assembly.overflowed ? 'damaged' : 'more';
  }

  content(): Content | null | 'damaged' {
    if (this.#assembly.end === 0) return null;
    const data = this.#assembly.take();
    const keyFrame = ((data[0] ?? 1) & 1) === 0;
    if (keyFrame) {
      const size = keyFrameSize(data);
      if (size === null) return 'damaged';
      this.#size = size;
    }
    return { keyFrame, data, ...this.#size };
  }

  discard(): void {
    this.#assembly.clear();
  }
}

/**
 * Returns the length of the payload descriptor (RFC 7741 4.2), which may be longer than the
 * payload.
 */
function descriptorBytes(payload: Uint8Array): number {
  const [first = 0, extensions = 0, pictureId = 0] = payload;
  if ((first & 0x80) === 0) return 1;
  let bytes = 2;
  if ((extensions & 0x80) !== 0) bytes += pictureId >= 0x80 ? 2 : 1; // I, M
  if ((extensions & 0x40) !== 0) bytes += 1; // L: TL0PICIDX
  if ((extensions & 0x30) !== 0) bytes += 1; // T or K: TID, Y, KEYIDX
  return bytes;
}

/**
 * Returns a key frame's size (RFC 6386 9.1), which follows a start code: the width and the height,
 * each 14 bits plus 2 bits of scaling. Null if there is no valid size.
 */
function keyFrameSize(frame: Uint8Array): { width: number; height: number } | null {
  const [, , , a, b, c, w0 = 0, w1 = 0, h0 = 0, h1 = 0] = frame;
  if (a !== 0x9d || b !== 0x01 || c !== 0x2a) return null;
  const width = w0 + ((w1 & 0x3f) << 8);
  const height = h0 + ((h1 & 0x3f) << 8);
  return width > 0 && height > 0 ? { width, height } : null;
}

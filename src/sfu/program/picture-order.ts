import { ReorderWatch } from '../../media/codecs/reorder-watch.js';

/** The number of ticks per ms in a reorder watch. */
const TICKS_PER_MS = 90;

/**
 * Detects whether a publisher's frames are decoded in a different order from the one in which they
 * are shown, as with B-frames. WebRTC players can't show such video.
 */
export class PictureOrder {
  readonly #watch = new ReorderWatch();
  #isImmediate = false;

  /** Whether frames are reordered; null if that isn't known yet. */
  get reorders(): boolean | null {
    return this.#watch.reorders ?? (this.#isImmediate ? false : null);
  }

  /** Records the next frame, in decoding order. */
  push(picture: { decodeMs: number; offsetMs: number; keyFrame: boolean }): void {
    this.#watch.note((picture.decodeMs + picture.offsetMs) * TICKS_PER_MS);
    // Encoders place the decoding of a frame before its presentation only if they reorder frames. A
    // few do so for no reason; the watch recognizes them after a number of frames.
    this.#isImmediate ||= picture.keyFrame && picture.offsetMs === 0;
  }
}

import { ReorderWatch } from '../../media/codecs/reorder-watch.js';

/** Ticks of a reorder watch per ms. */
const TICKS_PER_MS = 90;

/**
 * Detects whether a program's pictures are decoded in another order than shown, as with B-frames.
 * WebRTC players can't show such video.
 */
export class PictureOrder {
  readonly #watch = new ReorderWatch();
  #isImmediate = false;

  /** Null if it isn't known yet. */
  get reorders(): boolean | null {
    return this.#watch.reorders ?? (this.#isImmediate ? false : null);
  }

  /** Records the next picture, in decoding order. */
  push(picture: { decodeMs: number; offsetMs: number; keyFrame: boolean }): void {
    this.#watch.note((picture.decodeMs + picture.offsetMs) * TICKS_PER_MS);
    // Encoders decode earlier than they show only if they reorder. A few do so for no reason, and
    // are known after a number of pictures.
    this.#isImmediate ||= picture.keyFrame && picture.offsetMs === 0;
  }
}

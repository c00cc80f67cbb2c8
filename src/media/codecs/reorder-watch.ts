/** H.264 allows at most this many pictures between decoding and display (ITU-T H.264 A.3.1). */
export const MAX_REORDERED = 16;
/**
 * After this many pictures in order, including the first ones of a stream, the stream is assumed
 * not to reorder. If x264 reorders at all, it does so within the first few pictures.
 */
const IN_ORDER_UNITS = 32;
/** The same number for streams that have reordered pictures: 20 s at 30 frames per second. */
const IN_ORDER_AGAIN_UNITS = 600;
/** A larger step back means that the sender's clock was changed. */
const STEP_BACK_TICKS = 90_000;

/** Watches the presentation times of one stream's pictures in decoding order. */
export class ReorderWatch {
  /** The latest presentation times, at most {@link MAX_REORDERED}. */
  #recent: number[] = [];
  #newest = -Infinity;
  #inOrder = 0;
  #reorders: boolean | null = null;

  /** Whether decoding order differs from display order; null if not known yet. */
  get reorders(): boolean | null {
    return this.#reorders;
  }

  /** Whether a time is so far back that the clock must have been changed. */
  isStepBack(time: number): boolean {
    return time < this.#newest - STEP_BACK_TICKS;
  }

  /**
   * Records the next picture's time, in 90 kHz ticks. Returns how many of the recent pictures are
   * shown after it.
   */
  note(time: number): number {
    if (this.isStepBack(time)) this.#recent = [];
    const later = time < this.#newest ? this.#recent.filter((other) => other > time).length : 0;
    this.#newest = this.#recent.length === 0 ? time : Math.max(this.#newest, time);
    this.#recent.push(time);
    if (this.#recent.length > MAX_REORDERED) this.#recent.shift();
    if (later > 0) {
      this.#reorders = true;
      this.#inOrder = 0;
    } else {
      this.#inOrder += 1;
      if (this.#inOrder > (this.#reorders ? IN_ORDER_AGAIN_UNITS : IN_ORDER_UNITS))
        this.#reorders = false;
    }
    return later;
  }
}

import type { SampleKinds, SampleSource, TimedSample } from '../../broadcast/ports/samples.js';

/** Streaming services expect a key frame this often. */
const KEY_FRAME_EVERY_MS = 2_000;
/** The distance between the samples of two runs. */
const RUN_GAP_MS = 40;

const NOTHING: SampleKinds = { video: false, audio: false, refused: null };

/** Passes the samples of a broadcast's runs to all takers, such as restreams. */
export class BroadcastSamples implements SampleSource {
  readonly #takers = new Set<(sample: TimedSample) => void>();
  readonly #onWanted: () => void;
  #kinds: SampleKinds = NOTHING;
  #lastMs = 0;
  #keyFrameMs = -Infinity;
  #startWallMs: number | null = null;

  /** @param onWanted called when {@link isWanted} changes */
  constructor(onWanted: () => void) {
    this.#onWanted = onWanted;
  }

  get kinds(): SampleKinds {
    return this.#kinds;
  }

  get isWanted(): boolean {
    return this.#takers.size > 0;
  }

  setKinds(kinds: Partial<SampleKinds>): void {
    this.#kinds = { ...this.#kinds, ...kinds };
  }

  take(taker: (sample: TimedSample) => void): () => void {
    this.#takers.add(taker);
    if (this.#takers.size === 1) this.#onWanted();
    return () => {
      if (this.#takers.delete(taker) && this.#takers.size === 0) this.#onWanted();
    };
  }

  /** Returns the position of a run that begins with a frame captured at `wallMs`. */
  beginRun(wallMs: number): number {
    this.#startWallMs ??= wallMs;
    return Math.max(this.#lastMs + RUN_GAP_MS, wallMs - this.#startWallMs);
  }

  push(sample: TimedSample): void {
    this.#lastMs = Math.max(this.#lastMs, sample.timeMs);
    for (const taker of this.#takers) taker(sample);
  }

  /** Records that the publisher sent a key frame. */
  noteKeyFrame(nowMs: number): void {
    this.#keyFrameMs = nowMs;
  }

  /**
   * Whether a key frame must be requested now. After returning true, returns false until the next
   * one is due.
   */
  takeKeyFrameDue(nowMs: number): boolean {
    if (!this.isWanted || nowMs - this.#keyFrameMs < KEY_FRAME_EVERY_MS) return false;
    this.#keyFrameMs = nowMs;
    return true;
  }
}

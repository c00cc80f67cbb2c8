const TICKS_PER_MS = 90;
/** The first frame's time in FFmpeg, so that frames shown before it have positive times, too. */
const FIRST_MS = 10_000;
/** A larger distance between input and output means that FFmpeg can't keep up. */
const BEHIND_MS = 3_000;
/** With fewer frames inside FFmpeg, the distance is due to a low frame rate. */
const BEHIND_PICTURES = 20;
/** Above this number of stored times, those of frames that have left FFmpeg are dropped. */
const REMEMBERED = 600;

/**
 * Converts times to FFmpeg's milliseconds and back. On each of its outputs, FFmpeg returns the
 * frames in the order in which they are shown.
 */
export class PictureTimes {
  /** The exact times, by the times in FFmpeg. */
  readonly #ticks = new Map<number, number>();
  /** The newest time on each output. */
  readonly #returnedMs: number[];
  readonly #returned: number[];
  #pushed = 0;
  #firstTicks: number | null = null;
  #decodeMs = -1;
  #newestMs = FIRST_MS;

  /** @param outputs the number of outputs */
  constructor(outputs: number) {
    this.#returnedMs = Array.from({ length: outputs }, () => FIRST_MS);
    this.#returned = Array.from({ length: outputs }, () => 0);
  }

  /** Whether an output is far behind the input. */
  get isBehind(): boolean {
    const leastMs = Math.min(...this.#returnedMs);
    const least = Math.min(...this.#returned);
    return this.#newestMs - leastMs > BEHIND_MS && this.#pushed - least > BEHIND_PICTURES;
  }

  /** Returns the next frame's times in FFmpeg. Decode times always increase. */
  push(decodeTicks: number, shownTicks: number): { decodeMs: number; shownMs: number } {
    this.#firstTicks ??= decodeTicks;
    const decodeMs = Math.max(this.#decodeMs + 1, this.#msOf(decodeTicks));
    const shownMs = Math.max(0, this.#msOf(shownTicks));
    this.#decodeMs = decodeMs;
    this.#newestMs = Math.max(this.#newestMs, shownMs);
    this.#pushed += 1;
    this.#ticks.set(shownMs, shownTicks);
    if (this.#ticks.size > REMEMBERED) this.#forget();
    return { decodeMs, shownMs };
  }

  /** Returns the exact time of a frame that left FFmpeg. */
  pop(output: number, shownMs: number): number {
    this.#returnedMs[output] = Math.max(this.#returnedMs[output] ?? 0, shownMs);
    this.#returned[output] = (this.#returned[output] ?? 0) + 1;
    const ticks = this.#ticks.get(shownMs);
    return ticks ?? (this.#firstTicks ?? 0) + (shownMs - FIRST_MS) * TICKS_PER_MS;
  }

  #msOf(ticks: number): number {
    return FIRST_MS + Math.round((ticks - (this.#firstTicks ?? ticks)) / TICKS_PER_MS);
  }

  #forget(): void {
    const leastMs = Math.min(...this.#returnedMs);
    for (const ms of this.#ticks.keys()) if (ms < leastMs) this.#ticks.delete(ms);
  }
}

import { TimestampUnwrapper } from '../../media/rtp/timestamp-unwrapper.js';

/**
 * The number of frames a layer remembers to match them with other layers' frames of the same
 * captures: 1 to 2 s.
 */
const REMEMBERED = 64;
/**
 * Two layers' reports err by a few ms each; frames of one capture are searched within this
 * distance.
 */
const SEARCH_MS = 6;
/** Encoders may round a capture's time differently. */
export const SAME_CAPTURE_MS = 0.5;
/** Pictures that refer to later ones are sent after them, by a few frames at most. */
const STEP_BACK_MS = 1_000;
/** The number of frames that must coincide. */
const COINCIDENCES = 3;

/**
 * One layer's RTP times; {@link offsetTicks} maps them to the axis shared by all layers of the
 * track.
 */
export class LayerClock {
  /** Null until known. */
  offsetTicks: number | null = null;
  /** Whether frames of one capture have the same time on this layer and on other exact ones. */
  exact = false;
  /** The error of a report that was too large to be trusted at once. */
  doubtedErrorTicks: number | null = null;
  /**
   * The unwrapped time of the newest unit that was assigned one; null if none since the clock
   * began.
   */
  #newest: number | null = null;
  readonly #unwrapper = new TimestampUnwrapper();
  #recent: number[] = [];

  unwrap(rtpTime: number): number {
    return this.#unwrapper.unwrap(rtpTime);
  }

  /** Remembers a frame's unwrapped time. */
  remember(time: number): void {
    this.#recent.push(time);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
  }

  /** Accepts a unit's unwrapped time. */
  believe(time: number): void {
    this.#newest = Math.max(time, this.#newest ?? time);
  }

  /** Allows any time for the next unit. */
  restart(): void {
    this.#newest = null;
    this.exact = false;
  }

  forgetFrames(): void {
    this.#recent = [];
  }

  /**
   * Whether a unit's time goes back further than any encoder reorders pictures. Units arrive here
   * in sending order, so the network cannot be the cause.
   */
  isStepBack(time: number, ticksPerMs: number): boolean {
    return this.#newest !== null && time < this.#newest - STEP_BACK_MS * ticksPerMs;
  }

  get hasFrames(): boolean {
    return this.#recent.length > 0;
  }

  /** The remembered frames on the shared axis. */
  get instants(): number[] {
    const offset = this.offsetTicks;
    return offset === null ? [] : [...new Set(this.#recent)].map((time) => time + offset);
  }

  /** Moves the offset to where most frames coincide with those of exact layers. */
  alignTo(others: readonly LayerClock[], ticksPerMs: number): void {
    if (this.offsetTicks === null) return;
    const known = [...new Set(others.flatMap((layer) => layer.instants))];
    const search = SEARCH_MS * ticksPerMs;
    const distances = this.instants
      .flatMap((mine) => known.map((other) => other - mine))
      .filter((distance) => Math.abs(distance) <= search)
      .toSorted((a, b) => a - b);
    const best = densest(distances, SAME_CAPTURE_MS * ticksPerMs);
    if (best === null) return;
    this.offsetTicks += best;
    this.exact = true;
  }
}

/**
 * Returns the middle of the densest group of values within `width`; null if the group is too small
 * or not unique.
 */
function densest(sorted: readonly number[], width: number): number | null {
  let from = 0;
  let count = 0;
  for (let start = 0, end = 0; start < sorted.length; start++) {
    while (end < sorted.length && (sorted[end] ?? 0) - (sorted[start] ?? 0) <= width) end++;
    if (end - start > count) [from, count] = [start, end - start];
  }
  if (count < COINCIDENCES || count * 2 <= sorted.length) return null;
  return sorted[from + Math.floor(count / 2)] ?? null;
}

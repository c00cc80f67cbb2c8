import { TimestampUnwrapper } from '../../media/rtp/timestamp-unwrapper.js';

/**
 * The number of recent frames, 1 to 2 s, that a layer stores to match them with other layers'
 * frames of the same captures.
 */
const REMEMBERED = 64;
/**
 * The distance within which frames of the same capture are searched for, because each layer's
 * reports deviate by a few milliseconds.
 */
const SEARCH_MS = 6;
/**
 * At low frame rates, the search goes further: up to this share of the interval between frames. A
 * layer that is timed by arrival deviates by more than the distance above, and no other frame is
 * nearby.
 */
const SEARCH_SHARE = 0.25;
/** Encoders may round the time of the same capture differently. */
export const SAME_CAPTURE_MS = 0.5;
/** Frames that refer to later ones are sent after those, at most a few frames later. */
const STEP_BACK_MS = 1_000;
/** The minimum number of frames that must coincide. */
const COINCIDENCES = 3;

/**
 * One layer's RTP times. {@link offsetTicks} maps them to the axis shared by all layers of the
 * track.
 */
export class LayerClock {
  /** Null until known. */
  offsetTicks: number | null = null;
  /**
   * Whether frames of the same capture have the same time on this layer and on other exact layers.
   */
  exact = false;
  /** A report's error that was too large to be trusted at once. */
  doubtedErrorTicks: number | null = null;
  /**
   * The unwrapped time of the newest accepted unit; null if none was accepted since the clock
   * started.
   */
  #newest: number | null = null;
  readonly #unwrapper = new TimestampUnwrapper();
  #recent: number[] = [];

  unwrap(rtpTime: number): number {
    return this.#unwrapper.unwrap(rtpTime);
  }

  /** Records a frame's unwrapped time. */
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
   * Whether a unit's time is further back than any encoder reorders frames. Units are passed to
   * this class in sending order, so the network can't be the cause.
   */
  isStepBack(time: number, ticksPerMs: number): boolean {
    return this.#newest !== null && time < this.#newest - STEP_BACK_MS * ticksPerMs;
  }

  get hasFrames(): boolean {
    return this.#recent.length > 0;
  }

  /** The recorded frames on the shared axis. */
  get instants(): number[] {
    const offset = this.offsetTicks;
    return offset === null ? [] : [...new Set(this.#recent)].map((time) => time + offset);
  }

  /** Sets the offset at which most frames coincide with those of exact layers. */
  alignTo(others: readonly LayerClock[], ticksPerMs: number): void {
    if (this.offsetTicks === null) return;
    const known = [...new Set(others.flatMap((layer) => layer.instants))];
    const search = Math.max(SEARCH_MS * ticksPerMs, SEARCH_SHARE * leastInterval(known));
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

/** Returns the shortest interval between times; 0 if there are fewer than two. */
function leastInterval(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const intervals = sorted.slice(1).map((time, at) => time - (sorted[at] ?? time));
  return intervals.length === 0 ? 0 : Math.min(...intervals);
}

/**
 * Returns the middle of the densest group of values that lie within `width` of one another; null if
 * that group is too small or isn't unique.
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

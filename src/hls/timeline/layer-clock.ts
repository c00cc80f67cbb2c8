import { TimestampUnwrapper } from '../../media/rtp/timestamp-unwrapper.js';

/** How many of its frames a layer remembers, to find the others' frames of the same captures: 1 to 2 s. */
const REMEMBERED = 64;
/** Reports of two layers err by a few ms each; frames of one capture are looked for so far apart. */
const SEARCH_MS = 6;
/** Encoders may round a capture's time differently. */
export const SAME_CAPTURE_MS = 0.5;
/** Pictures that refer to later ones are sent after them: by some frames, at most. */
const STEP_BACK_MS = 1_000;
/** So many frames must coincide. */
const COINCIDENCES = 3;

/** One layer's RTP times; {@link offsetTicks} brings them to the axis that all layers of the track share. */
export class LayerClock {
  /** null: not known yet. */
  offsetTicks: number | null = null;
  /** Frames of one capture have one time on this layer and on the other exact ones. */
  exact = false;
  /** How far a report was off that was too far off to be believed at once. */
  doubtedErrorTicks: number | null = null;
  /** Of the newest unit that was given a time, unwrapped; null: none since the clock began. */
  #newest: number | null = null;
  readonly #unwrapper = new TimestampUnwrapper();
  #recent: number[] = [];

  unwrap(rtpTime: number): number {
    return this.#unwrapper.unwrap(rtpTime);
  }

  /** Takes note of a frame, unwrapped. */
  remember(time: number): void {
    this.#recent.push(time);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
  }

  /** Takes note of a unit, unwrapped, whose time is believed. */
  believe(time: number): void {
    this.#newest = Math.max(time, this.#newest ?? time);
  }

  /** What comes next may have any time. */
  restart(): void {
    this.#newest = null;
    this.exact = false;
  }

  forgetFrames(): void {
    this.#recent = [];
  }

  /**
   * Whether a unit's time is further back than any encoder reorders pictures. Units come in the order in which
   * they were sent, so no network does that.
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

  /** Moves the offset to where most frames coincide with those of layers that are exact. */
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

/** The middle of the most values within `width`; null: there are too few of them, or not more than of others. */
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

import type { Sample } from '../../media/mp4/sample.js';

/** RFC 8216bis 4.4.4.9: a part is at least 85% of the target, unless it ends its segment. */
const LEAST_SHARE = 0.85;
/**
 * Capture times are rounded to milliseconds, so frames that would exactly fill a part can exceed it
 * by this much.
 */
const ROUNDING_S = 0.003;

/** The samples of one part. */
export type SampleGroup = Readonly<{
  baseTicks: number;
  durationTicks: number;
  samples: readonly Sample[];
}>;

type Options = Readonly<{
  timescale: number;
  /** PART-TARGET. A part is longer only if it consists of a single frame. */
  partS: number;
  /**
   * Whether samples' durations may be adjusted by up to 3 ms; false for audio, whose durations are
   * fixed.
   */
  elastic: boolean;
  onPart(part: SampleGroup): void;
}>;

/** Groups samples into parts; emits each as soon as it is certain to be complete. */
export class PartBuilder {
  readonly #maxTicks: number;
  readonly #leastTicks: number;
  readonly #roundingTicks: number;
  readonly #onPart: Options['onPart'];
  #samples: Sample[] = [];
  #baseTicks = 0;
  #totalTicks = 0;
  /** How far before its capture time the next sample starts. */
  #shavedTicks = 0;

  constructor({ timescale, partS, elastic, onPart }: Options) {
    // Add a millionth, because targets such as 0.3 can't be represented exactly in binary.
    this.#maxTicks = Math.floor(partS * timescale + 1e-6);
    // Round up, because 85% of 0.33334 s is 25,500.5 ticks at 90 kHz.
    this.#leastTicks = Math.ceil(LEAST_SHARE * partS * timescale - 1e-6);
    this.#roundingTicks = elastic ? ROUNDING_S * timescale : 0;
    this.#onPart = onPart;
  }

  /** The start of the next sample. */
  get endTicks(): number {
    return this.#baseTicks + this.#totalTicks;
  }

  /** Begins a segment at `ticks`. */
  begin(ticks: number): void {
    this.#baseTicks = ticks;
    this.#totalTicks = 0;
    this.#shavedTicks = 0;
    this.#samples = [];
  }

  /**
   * Adds the next sample. `last` means that this sample ends the segment, whose end must be exact.
   */
  add(sample: Sample, { last = false } = {}): void {
    const earlyTicks = this.#shavedTicks;
    const wholeTicks = sample.durationTicks + earlyTicks;
    const excessTicks = this.#totalTicks + wholeTicks - this.#maxTicks;
    const shave =
      !last && excessTicks > 0 && excessTicks <= this.#roundingTicks && this.#totalTicks > 0;
    if (excessTicks > 0 && !shave) this.flush();
    this.#shavedTicks = shave ? excessTicks : 0;
    const durationTicks = wholeTicks - this.#shavedTicks;
    this.#samples.push(placed(sample, durationTicks, earlyTicks));
    this.#totalTicks += durationTicks;
    if (last || this.#isFull(sample.durationTicks)) this.flush();
  }

  /** Emits the current part. */
  flush(): void {
    if (this.#samples.length === 0) return;
    const part = {
      baseTicks: this.#baseTicks,
      durationTicks: this.#totalTicks,
      samples: this.#samples,
    };
    this.#baseTicks = this.endTicks;
    this.#totalTicks = 0;
    this.#samples = [];
    this.#onPart(part);
  }

  /** Whether another sample of this length would exceed the maximum. */
  #isFull(sampleTicks: number): boolean {
    const withNext = this.#totalTicks + sampleTicks;
    return this.#totalTicks >= this.#leastTicks && withNext > this.#maxTicks + this.#roundingTicks;
  }
}

/** Returns a sample with its duration. A sample that starts early is still shown at its time. */
function placed(sample: Sample, durationTicks: number, earlyTicks: number): Sample {
  const { compositionTicks } = sample;
  return compositionTicks === undefined
    ? { ...sample, durationTicks }
    : { ...sample, durationTicks, compositionTicks: compositionTicks + earlyTicks };
}

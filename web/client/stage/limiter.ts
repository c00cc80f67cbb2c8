/** The settings of a {@link Limiter}. */
export interface LimiterSettings {
  readonly sampleRate: number;
  /** The highest amplitude of the output, below 1. */
  readonly ceiling: number;
}

/** How far the limiter looks ahead, which is also its latency, in seconds. */
const LOOKAHEAD_S = 0.005;
/** The time constant with which the volume returns, in seconds. */
const RELEASE_S = 0.12;

/**
 * A peak limiter: reduces the volume before a peak arrives, so that no sample exceeds the ceiling,
 * and leaves quieter sound unchanged except for the delay of the lookahead.
 *
 * The gain that a sample needs is held for the lookahead, rises slowly afterwards, and is averaged
 * over the lookahead. Every value in that average is at most what the delayed sample needs.
 */
export class Limiter {
  readonly #ceiling: number;
  readonly #release: number;
  readonly #length: number;
  /** Delayed samples of each channel, as rings. */
  readonly #delayed: Float32Array[] = [];
  readonly #lowest: SlidingMinimum;
  /** The gains of which the average is applied, as a ring, and their sum. */
  readonly #held: Float64Array;
  #sum: number;
  #hold = 1;
  #at = 0;

  constructor({ sampleRate, ceiling }: LimiterSettings) {
    this.#ceiling = ceiling;
    this.#length = Math.max(1, Math.round(sampleRate * LOOKAHEAD_S));
    this.#release = 1 - Math.exp(-1 / (sampleRate * RELEASE_S));
    this.#lowest = new SlidingMinimum(this.#length);
    this.#held = new Float64Array(this.#length).fill(1);
    this.#sum = this.#length;
  }

  /** Limits a block. All channels get the same gain, so that directions stay. */
  process(input: readonly Float32Array[], output: readonly Float32Array[]): void {
    const frames = output[0]?.length ?? 0;
    for (let frame = 0; frame < frames; frame += 1) {
      const gain = this.#gainFor(peakAt(input, frame));
      for (const [channel, samples] of output.entries()) {
        const ring = this.#ringOf(channel);
        const oldest = (this.#at + 1) % this.#length;
        ring[this.#at] = input[channel]?.[frame] ?? 0;
        samples[frame] = (ring[oldest] ?? 0) * gain;
      }
      this.#at = (this.#at + 1) % this.#length;
    }
  }

  /** Takes in the newest sample's peak, and returns the gain of the oldest sample. */
  #gainFor(peak: number): number {
    const needed = peak > this.#ceiling ? this.#ceiling / peak : 1;
    const lowest = this.#lowest.push(needed);
    this.#hold = lowest < this.#hold ? lowest : this.#hold + (lowest - this.#hold) * this.#release;
    this.#sum += this.#hold - (this.#held[this.#at] ?? 1);
    this.#held[this.#at] = this.#hold;
    // Rounding must not raise the gain above what the peak needs.
    return Math.min(1, (this.#sum / this.#length) * (1 - 1e-6));
  }

  #ringOf(channel: number): Float32Array {
    return (this.#delayed[channel] ??= new Float32Array(this.#length));
  }
}

/**
 * The minimum of the newest values. Values that a newer one undercuts are dropped, so that the
 * oldest that remains is the minimum.
 */
class SlidingMinimum {
  readonly #length: number;
  /** Increasing values and the times at which they arrived, as rings from `#first` to `#end`. */
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  #first = 0;
  #end = 0;
  #now = 0;

  constructor(length: number) {
    this.#length = length;
    this.#values = new Float64Array(length);
    this.#times = new Float64Array(length);
  }

  /** Adds a value, and returns the minimum of the last ones. */
  push(value: number): number {
    const isPast = this.#times[this.#first % this.#length] === this.#now - this.#length;
    if (this.#first < this.#end && isPast) this.#first += 1;
    while (this.#first < this.#end && this.#newest() >= value) this.#end -= 1;
    this.#values[this.#end % this.#length] = value;
    this.#times[this.#end % this.#length] = this.#now;
    this.#end += 1;
    this.#now += 1;
    return this.#values[this.#first % this.#length] ?? value;
  }

  #newest(): number {
    return this.#values[(this.#end - 1) % this.#length] ?? 0;
  }
}

function peakAt(channels: readonly Float32Array[], frame: number): number {
  let peak = 0;
  for (const samples of channels) peak = Math.max(peak, Math.abs(samples[frame] ?? 0));
  return peak;
}

/** The settings of a {@link Limiter}. */
export interface LimiterSettings {
  readonly sampleRate: number;
  /** The highest amplitude of the output, below 1. */
  readonly ceiling: number;
}

/** How far the limiter looks ahead, in seconds. This is also its latency. */
const LOOKAHEAD_S = 0.005;
/** The time constant with which the volume returns, in seconds. */
const RELEASE_S = 0.12;

/**
 * A peak limiter. It reduces the volume before a peak arrives, so that no sample exceeds the
 * ceiling. Quieter sound is delayed by the lookahead, but otherwise unchanged.
 *
 * The gain that a sample needs is held for the lookahead time and then rises slowly. The applied
 * gain is the average over the lookahead time, in which no value exceeds the gain that the delayed
 * sample needs.
 */
export class Limiter {
  readonly #ceiling: number;
  readonly #release: number;
  readonly #length: number;
  /** The delayed samples of each channel, in ring buffers. */
  readonly #delayed: Float32Array[] = [];
  readonly #lowest: SlidingMinimum;
  /** The gains to average, in a ring buffer. The next field is their sum. */
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

  /** Limits a block. All channels get the same gain, which preserves the stereo image. */
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

  /** Adds the newest sample's peak, and returns the gain for the oldest sample. */
  #gainFor(peak: number): number {
    const needed = peak > this.#ceiling ? this.#ceiling / peak : 1;
    const lowest = this.#lowest.push(needed);
    this.#hold = lowest < this.#hold ? lowest : this.#hold + (lowest - this.#hold) * this.#release;
    this.#sum += this.#hold - (this.#held[this.#at] ?? 1);
    this.#held[this.#at] = this.#hold;
    // Rounding errors must not raise the gain above what the peak needs.
    return Math.min(1, (this.#sum / this.#length) * (1 - 1e-6));
  }

  #ringOf(channel: number): Float32Array {
    return (this.#delayed[channel] ??= new Float32Array(this.#length));
  }
}

/**
 * The minimum of the newest values. A value is dropped when a newer one is as low or lower, so the
 * oldest remaining value is the minimum.
 */
class SlidingMinimum {
  readonly #length: number;
  /** The increasing values and their arrival times, in ring buffers from `#first` to `#end`. */
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

  /** Adds a value, and returns the minimum of the newest values. */
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

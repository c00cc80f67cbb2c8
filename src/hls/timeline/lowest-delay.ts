type Options = Readonly<{ bucketMs: number; buckets: number }>;

/**
 * The minimum delay over a recent period. Queues on the path make units late, never early, so the
 * minimum is the most accurate value. One value is stored per time bucket.
 */
export class LowestDelay {
  readonly #options: Options;
  /** Oldest first. */
  #leastMs: number[] = [];
  #bucketEndMs = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Null before the first delay. */
  get valueMs(): number | null {
    return this.#leastMs.length === 0 ? null : Math.min(...this.#leastMs);
  }

  /** The end of the newest bucket. */
  get untilMs(): number {
    return this.#bucketEndMs;
  }

  /** Adds a delay; if it starts a new bucket, returns the minimum of the previous one. */
  note(delayMs: number, nowMs: number): number | null {
    const newest = this.#leastMs.length - 1;
    if (newest >= 0 && nowMs < this.#bucketEndMs) {
      this.#leastMs[newest] = Math.min(this.#leastMs[newest] ?? delayMs, delayMs);
      return null;
    }
    const before = this.#leastMs[newest] ?? null;
    this.#bucketEndMs = nowMs + this.#options.bucketMs;
    this.#leastMs.push(delayMs);
    if (this.#leastMs.length > this.#options.buckets) this.#leastMs.shift();
    return before;
  }

  clear(): void {
    this.#leastMs = [];
  }
}

type Options = Readonly<{ bucketMs: number; buckets: number }>;

/**
 * The least delay of the last while: queues on the way make units late and never early, so the least is the
 * nearest to the truth. Remembers one figure for each bucket of time.
 */
export class LowestDelay {
  readonly #options: Options;
  /** The newest last. */
  #leastMs: number[] = [];
  #bucketEndMs = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** null: nothing was noted. */
  get valueMs(): number | null {
    return this.#leastMs.length === 0 ? null : Math.min(...this.#leastMs);
  }

  /** When the newest bucket ends. */
  get untilMs(): number {
    return this.#bucketEndMs;
  }

  /** Takes a delay; when it begins a bucket, gives the least of the bucket before. */
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

/** How long a bucket of time is. */
const BUCKET_MS = 5_000;
const BUCKETS = 6;

/**
 * The least delay of the last 25 to 30 seconds: queues on the way make packets late and never early, so
 * the least is the nearest to the truth.
 */
export class LowestDelay {
  /** The newest last. */
  #buckets: number[] = [];
  #bucketEndMs = 0;

  /** null: nothing was noted. */
  get valueMs(): number | null {
    return this.#buckets.length === 0 ? null : Math.min(...this.#buckets);
  }

  /** Takes a delay; gives the least of the five seconds before, when these are over. */
  note(delayMs: number, nowMs: number): number | null {
    const newest = this.#buckets.length - 1;
    if (newest >= 0 && nowMs < this.#bucketEndMs) {
      this.#buckets[newest] = Math.min(this.#buckets[newest] ?? delayMs, delayMs);
      return null;
    }
    const before = this.#buckets[newest] ?? null;
    this.#bucketEndMs = nowMs + BUCKET_MS;
    this.#buckets.push(delayMs);
    if (this.#buckets.length > BUCKETS) this.#buckets.shift();
    return before;
  }

  clear(): void {
    this.#buckets = [];
  }
}

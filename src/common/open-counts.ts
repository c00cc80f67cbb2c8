/**
 * Counts how many items each party has open, up to a limit. Parties that have none open are
 * removed.
 */
export class OpenCounts {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  /** @param max the limit for one party */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Counts one more item. Returns an idempotent function that releases it, or null if the limit is
   * reached.
   */
  enter(key: string): (() => void) | null {
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#max) return null;
    this.#counts.set(key, count + 1);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#leave(key);
    };
  }

  count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** The number of parties that have an item open. */
  get size(): number {
    return this.#counts.size;
  }

  #leave(key: string): void {
    const left = this.count(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}

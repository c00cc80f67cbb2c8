/** How many of something each party has open, up to a bound. Forgets parties that have none. */
export class OpenCounts {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  /** @param max of one party */
  constructor(max: number) {
    this.#max = max;
  }

  /** Counts one more and answers what ends it (once, however often it is called), or null at the bound. */
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

  /** Parties that have something open. */
  get size(): number {
    return this.#counts.size;
  }

  #leave(key: string): void {
    const left = this.count(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}

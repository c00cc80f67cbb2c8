/** How long a connection may be silent before the same key may take its place. */
const STALE_MS = 2_000;
const STALE_CHECK_MS = 100;

/** When something last arrived on a connection. */
export class LastHeard {
  #atMs = performance.now();

  /** Records that something has arrived. */
  note(): void {
    this.#atMs = performance.now();
  }

  get silentMs(): number {
    return performance.now() - this.#atMs;
  }

  /**
   * Whether nothing has arrived for two seconds, as if the connection were lost. Waits until that is
   * certain.
   */
  async isStale(): Promise<boolean> {
    const atMs = this.#atMs;
    while (performance.now() - atMs < STALE_MS) {
      await new Promise((resolve) => void setTimeout(resolve, STALE_CHECK_MS));
      if (this.#atMs !== atMs) return false;
    }
    return true;
  }
}

/**
 * The time without data after which a new connection with the same key can replace the connection.
 */
const STALE_MS = 2_000;
const STALE_CHECK_MS = 100;

/** Records when data last arrived on a connection. */
export class LastHeard {
  #atMs = performance.now();

  /** Records that data has arrived. */
  note(): void {
    this.#atMs = performance.now();
  }

  get silentMs(): number {
    return performance.now() - this.#atMs;
  }

  /**
   * Resolves to whether nothing has arrived for two seconds, which suggests that the connection is
   * lost. Waits until that is certain.
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

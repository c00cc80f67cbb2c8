/** The length of the window in milliseconds. */
const WINDOW_MS = 4_000;

/** Measures how fast a counter grows, over the last four seconds. */
export class RateMeter {
  #total = 0;
  #seen: { atMs: number; total: number }[] = [];

  /** The accumulated total. */
  get total(): number {
    return this.#total;
  }

  add(amount: number): void {
    this.#total += amount;
  }

  /** Records a reading of `total`, and returns its growth per second within the window. */
  rate(total: number, nowMs: number): number {
    // The counter was reset.
    if (total < (this.#seen.at(-1)?.total ?? 0)) this.#seen = [];
    this.#seen.push({ atMs: nowMs, total });
    while ((this.#seen[0]?.atMs ?? nowMs) < nowMs - WINDOW_MS) this.#seen.shift();
    const first = this.#seen[0];
    if (!first || first.atMs >= nowMs) return 0;
    return (1_000 * (total - first.total)) / (nowMs - first.atMs);
  }
}

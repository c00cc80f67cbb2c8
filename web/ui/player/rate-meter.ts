/** So far back it looks, milliseconds. */
const WINDOW_MS = 4_000;

/** How fast a count grows, over the last four seconds. */
export class RateMeter {
  #total = 0;
  #seen: { atMs: number; total: number }[] = [];

  /** What was added up. */
  get total(): number {
    return this.#total;
  }

  add(amount: number): void {
    this.#total += amount;
  }

  /** How much `total` grew each second since it was first asked for within the window. */
  rate(total: number, nowMs: number): number {
    // A count that began anew.
    if (total < (this.#seen.at(-1)?.total ?? 0)) this.#seen = [];
    this.#seen.push({ atMs: nowMs, total });
    while ((this.#seen[0]?.atMs ?? nowMs) < nowMs - WINDOW_MS) this.#seen.shift();
    const first = this.#seen[0];
    if (!first || first.atMs >= nowMs) return 0;
    return (1_000 * (total - first.total)) / (nowMs - first.atMs);
  }
}

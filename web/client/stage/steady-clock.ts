/** Calls back at a fixed rate, without drift. Missed ticks are skipped, not made up for. */
export class SteadyClock {
  readonly #periodMs: number;
  readonly #onTick: (dueMs: number) => void;
  #next: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param onTick receives the time at which the tick was due, on the clock of `performance.now()`
   */
  constructor(ticksPerSecond: number, onTick: (dueMs: number) => void) {
    this.#periodMs = 1_000 / ticksPerSecond;
    this.#onTick = onTick;
    this.#next = performance.now();
    this.#arm();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = setTimeout(() => this.#tick(), this.#next - performance.now());
  }

  #tick(): void {
    const dueMs = this.#next;
    this.#next = nextTick(dueMs, { nowMs: performance.now(), periodMs: this.#periodMs });
    this.#arm();
    this.#onTick(dueMs);
  }
}

/** Returns the first tick after the one that was due that is at most one period late. */
export function nextTick(
  dueMs: number,
  { nowMs, periodMs }: { nowMs: number; periodMs: number },
): number {
  const missed = Math.max(0, Math.floor((nowMs - dueMs) / periodMs));
  return dueMs + (missed === 0 ? 1 : missed) * periodMs;
}

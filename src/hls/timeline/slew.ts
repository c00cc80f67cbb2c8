/** The number of stored steps. Layers that lag further behind get the oldest shift. */
const MAX_STEPS = 64;
/** If the remaining shift is larger than this, catching up matters more than even motion. */
const URGENT_MS = 20;

type Step = Readonly<{ fromTicks: number; shiftTicks: number }>;

/**
 * Shifts a clock's times gradually, to keep motion even. The shift is constant between steps, and
 * all callers get the same shift for the same time.
 */
export class Slew {
  readonly #ticksPerMs: number;
  #steps: readonly Step[] = [];
  #newestTicks = -Infinity;
  /** The remaining shift. */
  #pendingTicks = 0;

  constructor(ticksPerMs: number) {
    this.#ticksPerMs = ticksPerMs;
  }

  /** The shift at the newest time. */
  get shiftTicks(): number {
    return this.#steps.at(-1)?.shiftTicks ?? 0;
  }

  /** Sets the shift to apply from here on, replacing any remainder. */
  moveBy(ticks: number): void {
    this.#pendingTicks = Math.round(ticks);
  }

  /**
   * Returns the shift at a time. The next step is taken when a time is newer than all previous
   * ones.
   */
  shiftAt(ticks: number): number {
    if (ticks > this.#newestTicks) this.#advance(ticks);
    return (
      (this.#steps.findLast(({ fromTicks }) => fromTicks <= ticks) ?? this.#steps[0])?.shiftTicks ??
      0
    );
  }

  /**
   * Moves by at most 1 ms or, if urgent, by half the time since the previous step. Times never go
   * back.
   */
  #advance(ticks: number): void {
    const sinceTicks = ticks - this.#newestTicks;
    this.#newestTicks = ticks;
    const pendingTicks = this.#pendingTicks;
    if (pendingTicks === 0 || !Number.isFinite(sinceTicks)) return;
    const half = Math.floor(sinceTicks / 2);
    const urgent = Math.abs(pendingTicks) > URGENT_MS * this.#ticksPerMs;
    const limit = urgent ? half : Math.min(half, this.#ticksPerMs);
    const step = Math.max(-limit, Math.min(limit, pendingTicks));
    if (step === 0) return;
    this.#pendingTicks -= step;
    const next = { fromTicks: ticks, shiftTicks: this.shiftTicks + step };
    this.#steps = [...this.#steps.slice(1 - MAX_STEPS), next];
  }
}

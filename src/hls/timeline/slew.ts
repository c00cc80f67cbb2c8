/** How many steps are remembered: layers that are late by more get the oldest shift. */
const MAX_STEPS = 64;
/** Above this, catching up is more urgent than even motion. */
const URGENT_MS = 20;

type Step = Readonly<{ fromTicks: number; shiftTicks: number }>;

/**
 * Moves a clock's times little by little, so that motion stays even: a shift that is constant between
 * steps, and the same for all who ask about one time.
 */
export class Slew {
  readonly #ticksPerMs: number;
  #steps: readonly Step[] = [];
  #newestTicks = -Infinity;
  /** What is still to be moved. */
  #pendingTicks = 0;

  constructor(ticksPerMs: number) {
    this.#ticksPerMs = ticksPerMs;
  }

  /** The shift of the newest time. */
  get shiftTicks(): number {
    return this.#steps.at(-1)?.shiftTicks ?? 0;
  }

  /** Sets what is to be moved from here on, in place of what was left. */
  moveBy(ticks: number): void {
    this.#pendingTicks = Math.round(ticks);
  }

  /** The shift of a time; a time newer than all before takes the next step. */
  shiftAt(ticks: number): number {
    if (ticks > this.#newestTicks) this.#advance(ticks);
    return (
      (this.#steps.findLast(({ fromTicks }) => fromTicks <= ticks) ?? this.#steps[0])?.shiftTicks ??
      0
    );
  }

  /** At most 1 ms; but half of the way from the time before when it's urgent: times never go back. */
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

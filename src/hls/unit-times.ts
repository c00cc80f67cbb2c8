import { ReorderWatch } from '../media/codecs/reorder-watch.js';

/** 10 s at 90 kHz. No encoder reorders frames by more, so a larger offset is a damaged value. */
const MAX_OFFSET_TICKS = 900_000;
/** A larger step back means that the sender's clock jumped. */
const STEP_BACK_TICKS = 90_000;

type Times = Readonly<{ decodeTicks: number; compositionTicks?: number }>;

/**
 * Moves the decode times of one video track so that a key frame's offset is 0, and a fragment that
 * begins with a key frame begins where that frame is shown. B-frames get negative offsets. Decode
 * times ascend as long as the sender's clock does.
 */
export class UnitTimes {
  readonly #watch = new ReorderWatch();
  #shiftTicks = 0;
  #lastTicks = -Infinity;

  /** Whether decoding order differs from display order; null if not known yet. */
  get reorders(): boolean | null {
    return this.#watch.reorders;
  }

  /** Returns the times of the next unit. All times are in 90 kHz ticks. */
  push(unit: { decodeTicks: number; offsetTicks: number; keyFrame: boolean }): Times {
    const { decodeTicks, keyFrame } = unit;
    const offsetTicks = Math.abs(unit.offsetTicks) > MAX_OFFSET_TICKS ? 0 : unit.offsetTicks;
    const shownTicks = decodeTicks + offsetTicks;
    if (keyFrame) this.#shiftTicks = offsetTicks;
    this.#watch.note(shownTicks);
    const movedTicks = decodeTicks + this.#shiftTicks;
    // Senders round times to milliseconds, and some send equal ones.
    const isStepBack = movedTicks < this.#lastTicks - STEP_BACK_TICKS;
    const ticks = isStepBack ? movedTicks : Math.max(movedTicks, this.#lastTicks + 1);
    this.#lastTicks = ticks;
    if (offsetTicks === 0 && ticks === shownTicks && !this.reorders) return { decodeTicks: ticks };
    return { decodeTicks: ticks, compositionTicks: shownTicks - ticks };
  }
}

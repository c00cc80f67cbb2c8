import { ReorderWatch } from '../media/codecs/reorder-watch.js';

/** A longer offset is damage: no encoder reorders pictures by as much. 10 s at 90 kHz. */
const MAX_OFFSET_TICKS = 900_000;
/** A larger step back belongs to a clock that jumped. */
const STEP_BACK_TICKS = 90_000;

type Times = Readonly<{ decodeTicks: number; compositionTicks?: number }>;

/**
 * Moves the decode times of one video track so that the offset of a key frame is 0: a fragment that
 * begins with it then begins where it is shown. B-frames get negative offsets. Decode times ascend,
 * as long as the sender's clock does.
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

import type { TrackClock } from '../timeline/track-clock.js';
import { arrivalOf, type LayerUnit, type Timing } from './layer-unit.js';

/**
 * If the held units' times are consistent with one another over this period, the clock must have
 * changed.
 */
const PROOF_MS = 150;
const PROOF_UNITS = 3;
/** At low frame rates, two consistent frames this far apart are proof enough. */
const SELDOM_MS = 500;
/**
 * The maximum difference, for consistent units, between the spacing of their times and that of
 * their arrivals.
 */
const UNEVEN_MS = 150;
/** After this time, the clock is assumed to have changed no matter how unevenly units arrive. */
const PATIENCE_MS = 2_000;
/** Two seconds of audio in packets of 10 ms. Beyond that, the oldest unit is dropped. */
const MAX_HELD = 200;

/**
 * Assigns times to the units of one layer. A unit whose time does not fit is held until the cause
 * is known. If the next unit fits again, the held one had a wrong time and is dropped. If the
 * following units are consistent with one another, the clock has changed, and no unit is dropped.
 * The unit after a dropped one is marked.
 */
export class LayerTimes<U extends LayerUnit> {
  readonly #clock: TrackClock;
  /** The units whose times do not fit, in order of arrival; at most {@link MAX_HELD}. */
  #held: readonly U[] = [];
  #lost = false;

  constructor(clock: TrackClock) {
    this.#clock = clock;
  }

  /**
   * Adds the next unit. Returns the units whose time is now known, in order.
   * @param wayMs the current transit delay according to other tracks' reports; null if unknown
   */
  push(unit: U, wayMs: number | null): (U & Timing)[] {
    this.#held = [...this.#held, unit];
    const timed = this.#release(wayMs);
    if (this.#proveAnotherClock()) {
      this.#clock.restartBy(this.#held.map(arrivalOf), wayMs);
      timed.push(...this.#release(wayMs));
    }
    if (this.#held.length > MAX_HELD) {
      this.#held = this.#held.slice(1);
      this.#lost = true;
    }
    return timed;
  }

  /** Drops the held units. */
  clear(): void {
    this.#lost ||= this.#held.length > 0;
    this.#held = [];
  }

  #release(wayMs: number | null): (U & Timing)[] {
    const timed: (U & Timing)[] = [];
    let held: U[] = [];
    for (const unit of this.#held) {
      const captureTicks = this.#clock.captureTicks(arrivalOf(unit), wayMs);
      if (captureTicks === null) {
        held.push(unit);
        continue;
      }
      this.#lost ||= held.length > 0;
      held = [];
      timed.push({ ...unit, captureTicks, afterLoss: this.#lost });
      this.#lost = false;
    }
    this.#held = held;
    return timed;
  }

  #proveAnotherClock(): boolean {
    const units = this.#held.map(arrivalOf);
    const [first] = units;
    const last = units.at(-1);
    if (!first || !last || units.length < 2) return false;
    const forMs = last.arrivedMs - first.arrivedMs;
    if (forMs >= PATIENCE_MS) return true;
    const enough = units.length >= PROOF_UNITS ? PROOF_MS : SELDOM_MS;
    return forMs >= enough && this.#clock.unevennessMs(units) <= UNEVEN_MS;
  }
}

import type { TrackClock } from '../timeline/track-clock.js';
import { arrivalOf, type LayerUnit, type Timing } from './layer-unit.js';

/** Units whose times agree with one another, for so long, prove that the clock is another one. */
const PROOF_MS = 150;
const PROOF_UNITS = 3;
/** Pictures that come seldom: two of them, so far apart, are proof enough. */
const SELDOM_MS = 500;
/** How far units that agree may be from going on as evenly as they arrive. */
const UNEVEN_MS = 150;
/** After so long the clock is taken for another one, however unevenly they come. */
const PATIENCE_MS = 2_000;
/** Two seconds of sound in packets of 10 ms. More are never held: the oldest is dropped. */
const MAX_HELD = 200;

/**
 * Times the units of one layer. A unit whose time doesn't fit is held until it is known what is wrong: its time,
 * which the next unit proves by fitting again, so that it is dropped; or the clock, which units prove that agree
 * with one another, so that none of them is lost. A unit that comes after a dropped one says so.
 */
export class LayerTimes<U extends LayerUnit> {
  readonly #clock: TrackClock;
  /** In the order of arrival, none of which fits; at most {@link MAX_HELD}. */
  #held: readonly U[] = [];
  #lost = false;

  constructor(clock: TrackClock) {
    this.#clock = clock;
  }

  /**
   * Takes the next unit; gives those whose time is known now, in order.
   * @param wayMs how long the way is just now, as other tracks' reports have it; null: nobody knows
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

  /** Drops what is held. */
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

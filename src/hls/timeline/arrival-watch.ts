import { LowestDelay } from './lowest-delay.js';

/** How early or late a unit may arrive. Units are late when a TCP connection stalls. */
const EARLY_MS = 3_000;
const LATE_MS = 10_000;
/**
 * If the transit delay differs by more than this after a pause, the clock stood still during it.
 */
const RESUMED_MS = 150;
/** How long a measured transit delay stays current. */
const RECENT_MS = 1_500;
/** Smaller differences are jitter and don't move the clock. */
const SOONER_MS = 3;
/**
 * Without reports, times are derived from arrival. If the minimum delay changes by more than this
 * twice in a row, the change counts as drift.
 */
const DRIFT_MS = 20;

/**
 * `new-clock`: the clock stood still during a pause. `stray`: either the unit's time is wrong, or
 * the clock has changed.
 */
export type ArrivalVerdict = 'fits' | 'stray' | 'new-clock';

/**
 * Measures the delay from the capture of a track's units, by the track's clock, to their arrival.
 */
export class ArrivalWatch {
  readonly #usual = new LowestDelay({ bucketMs: 5_000, buckets: 6 });
  readonly #recent = new LowestDelay({ bucketMs: 250, buckets: 4 });
  #resumed = false;
  /** The delay of the first unit timed by arrival. */
  #baseMs: number | null = null;
  #driftMs = 0;

  /** The minimum delay of the last half minute; null if nothing arrived. */
  get usualMs(): number | null {
    return this.#usual.valueMs;
  }

  /** Returns the minimum delay of about the last second; null if nothing arrived. */
  recentMs(nowMs: number): number | null {
    return nowMs < this.#recent.untilMs + RECENT_MS ? this.#recent.valueMs : null;
  }

  /** Handles the publisher resuming the track: its clock may have stood still. */
  resume(): void {
    this.#resumed = true;
  }

  /** @param wayMs the current transit delay according to other tracks; null if unknown */
  judge(delayMs: number, wayMs: number | null): ArrivalVerdict {
    const expectedMs = wayMs ?? this.usualMs;
    if (expectedMs === null) return 'fits';
    const lateMs = delayMs - expectedMs;
    const stood = this.#resumed && Math.abs(lateMs) > RESUMED_MS;
    this.#resumed = false;
    if (stood) return 'new-clock';
    return lateMs < -EARLY_MS || lateMs > LATE_MS ? 'stray' : 'fits';
  }

  /** Records the delay of a unit that fits. */
  note(delayMs: number, nowMs: number): void {
    this.#usual.note(delayMs, nowMs);
    this.#recent.note(delayMs, nowMs);
  }

  /**
   * Like {@link note}, for a clock based on arrival. Returns by how much to move the clock forward,
   * or null to leave it unchanged.
   */
  follow(
    delayMs: number,
    { wayMs, nowMs }: { wayMs: number | null; nowMs: number },
  ): number | null {
    const leastMs = this.#usual.note(delayMs, nowMs);
    this.#recent.note(delayMs, nowMs);
    this.#baseMs ??= delayMs;
    const soonerMs = delayMs - (wayMs ?? this.#baseMs);
    // The clock was set by a late unit; this one arrived with less delay.
    if (soonerMs < -SOONER_MS) return soonerMs;
    if (wayMs !== null || leastMs === null) return null;
    const beforeMs = this.#driftMs;
    const driftMs = leastMs - this.#baseMs;
    this.#driftMs = Math.abs(driftMs) > DRIFT_MS ? driftMs : 0;
    return beforeMs * this.#driftMs > 0 ? this.#driftMs : null;
  }

  /** Handles a changed clock, assuming that the transit delay is unchanged. */
  restart(): void {
    this.#baseMs = null;
    this.#driftMs = 0;
  }

  clear(): void {
    this.#usual.clear();
    this.#recent.clear();
    this.restart();
  }
}

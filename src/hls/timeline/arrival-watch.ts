import { LowestDelay } from './lowest-delay.js';

/** How early or late a unit may arrive. Late units happen when a TCP connection stalls. */
const EARLY_MS = 3_000;
const LATE_MS = 10_000;
/** The clock may have stood still during a pause; a larger difference means that it has. */
const RESUMED_MS = 150;
/** How long a measured transit delay stays current. */
const RECENT_MS = 1_500;
/** Jitter is no reason to move anything. */
const SOONER_MS = 3;
/**
 * Without reports, timing relies on arrival: a larger change of the minimum delay, twice, is drift.
 */
const DRIFT_MS = 20;

/** `new-clock`: the clock stood still in a pause. `stray`: either the unit's time is wrong, or the clock is another one. */
export type ArrivalVerdict = 'fits' | 'stray' | 'new-clock';

/** Tracks the delay of a track's units from capture, by the track's clock, to arrival. */
export class ArrivalWatch {
  readonly #usual = new LowestDelay({ bucketMs: 5_000, buckets: 6 });
  readonly #recent = new LowestDelay({ bucketMs: 250, buckets: 4 });
  #resumed = false;
  /** Of the first unit that came by arrival. */
  #baseMs: number | null = null;
  #driftMs = 0;

  /** The minimum of the last half minute; null if nothing arrived. */
  get usualMs(): number | null {
    return this.#usual.valueMs;
  }

  /** Returns the minimum of about the last second; null if nothing arrived. */
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

  /** Records a unit that fits. */
  note(delayMs: number, nowMs: number): void {
    this.#usual.note(delayMs, nowMs);
    this.#recent.note(delayMs, nowMs);
  }

  /**
   * As {@link note}, for a clock based on arrival; returns by how much to move it forward, null to
   * leave it.
   */
  follow(
    delayMs: number,
    { wayMs, nowMs }: { wayMs: number | null; nowMs: number },
  ): number | null {
    const leastMs = this.#usual.note(delayMs, nowMs);
    this.#recent.note(delayMs, nowMs);
    this.#baseMs ??= delayMs;
    const soonerMs = delayMs - (wayMs ?? this.#baseMs);
    // The unit that the clock was set by was late; this one was earlier.
    if (soonerMs < -SOONER_MS) return soonerMs;
    if (wayMs !== null || leastMs === null) return null;
    const beforeMs = this.#driftMs;
    const driftMs = leastMs - this.#baseMs;
    this.#driftMs = Math.abs(driftMs) > DRIFT_MS ? driftMs : 0;
    return beforeMs * this.#driftMs > 0 ? this.#driftMs : null;
  }

  /** Handles a changed clock: the transit delay is assumed unchanged. */
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

import { LowestDelay } from './lowest-delay.js';

/** How much sooner or later than expected a unit may come. Later happens: a TCP connection that hangs. */
const EARLY_MS = 3_000;
const LATE_MS = 10_000;
/** After a pause the clock may have stood still; what differs by more has. */
const RESUMED_MS = 150;
/** How long it is known how long the way is just now. */
const RECENT_MS = 1_500;
/** Jitter is no reason to move anything. */
const SOONER_MS = 3;
/** Without reports, arrival must do: a change of the least delay by more, twice, is drift. */
const DRIFT_MS = 20;

/** `new-clock`: the clock stood still in a pause. `stray`: either the unit's time is wrong, or the clock is another one. */
export type ArrivalVerdict = 'fits' | 'stray' | 'new-clock';

/** Watches how long a track's units take from their capture to their arrival, as its clock tells it. */
export class ArrivalWatch {
  readonly #usual = new LowestDelay({ bucketMs: 5_000, buckets: 6 });
  readonly #recent = new LowestDelay({ bucketMs: 250, buckets: 4 });
  #resumed = false;
  /** Of the first unit that came by arrival. */
  #baseMs: number | null = null;
  #driftMs = 0;

  /** The least of the last half minute; null: nothing came. */
  get usualMs(): number | null {
    return this.#usual.valueMs;
  }

  /** The least of about the last second; null: nothing came. */
  recentMs(nowMs: number): number | null {
    return nowMs < this.#recent.untilMs + RECENT_MS ? this.#recent.valueMs : null;
  }

  /** The publisher goes on with the track: its clock may have stood still. */
  resume(): void {
    this.#resumed = true;
  }

  /** @param wayMs how long the way is just now as other tracks have it; null: unknown */
  judge(delayMs: number, wayMs: number | null): ArrivalVerdict {
    const expectedMs = wayMs ?? this.usualMs;
    if (expectedMs === null) return 'fits';
    const lateMs = delayMs - expectedMs;
    const stood = this.#resumed && Math.abs(lateMs) > RESUMED_MS;
    this.#resumed = false;
    if (stood) return 'new-clock';
    return lateMs < -EARLY_MS || lateMs > LATE_MS ? 'stray' : 'fits';
  }

  /** Takes note of a unit that fits. */
  note(delayMs: number, nowMs: number): void {
    this.#usual.note(delayMs, nowMs);
    this.#recent.note(delayMs, nowMs);
  }

  /** As {@link note}, for a clock that goes by arrival; gives by how much it should be put forward, null: leave it. */
  follow(
    delayMs: number,
    { wayMs, nowMs }: { wayMs: number | null; nowMs: number },
  ): number | null {
    const leastMs = this.#usual.note(delayMs, nowMs);
    this.#recent.note(delayMs, nowMs);
    this.#baseMs ??= delayMs;
    const soonerMs = delayMs - (wayMs ?? this.#baseMs);
    // What the clock was set by came late; this came sooner.
    if (soonerMs < -SOONER_MS) return soonerMs;
    if (wayMs !== null || leastMs === null) return null;
    const beforeMs = this.#driftMs;
    const driftMs = leastMs - this.#baseMs;
    this.#driftMs = Math.abs(driftMs) > DRIFT_MS ? driftMs : 0;
    return beforeMs * this.#driftMs > 0 ? this.#driftMs : null;
  }

  /** The clock is another one: the way is as long as before. */
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

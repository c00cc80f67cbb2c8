/** The period over which rates are measured. */
const PERIOD_MS = 3_000;
/** The number of recorded intervals between key frames, whose median is reported. */
const INTERVALS = 5;

/** Measures the units of one track: bit rate, units per second, and key frame interval. */
export class UnitMeter {
  /** The units of the last period, oldest first; usually a few hundred. */
  readonly #recent: { atMs: number; bytes: number }[] = [];
  readonly #intervalsMs: number[] = [];
  #keyFrameMs: number | null = null;

  /** @param unit.timeMs the unit's time on the encoder's clock */
  push(unit: { bytes: number; keyFrame: boolean; timeMs: number }, nowMs: number): void {
    this.#recent.push({ atMs: nowMs, bytes: unit.bytes });
    this.#forget(nowMs);
    if (!unit.keyFrame) return;
    const intervalMs = this.#keyFrameMs === null ? 0 : unit.timeMs - this.#keyFrameMs;
    this.#keyFrameMs = unit.timeMs;
    // If the clock was set back, no interval is recorded.
    if (intervalMs > 0) this.#intervalsMs.push(intervalMs);
    if (this.#intervalsMs.length > INTERVALS) this.#intervalsMs.shift();
  }

  bitrateBps(nowMs: number): number {
    this.#forget(nowMs);
    const bytes = this.#recent.reduce((sum, unit) => sum + unit.bytes, 0);
    return Math.round((bytes * 8_000) / this.#periodMs(nowMs));
  }

  unitsPerSecond(nowMs: number): number {
    this.#forget(nowMs);
    return (this.#recent.length * 1_000) / this.#periodMs(nowMs);
  }

  /** Null before the second key frame. */
  get keyFrameIntervalMs(): number | null {
    const sorted = this.#intervalsMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  }

  /** The length of the measured period; shorter at the start. */
  #periodMs(nowMs: number): number {
    const [first] = this.#recent;
    return Math.max(1_000, Math.min(PERIOD_MS, nowMs - (first?.atMs ?? nowMs)));
  }

  #forget(nowMs: number): void {
    while (this.#recent[0] && this.#recent[0].atMs < nowMs - PERIOD_MS) this.#recent.shift();
  }
}

/** The period over which rates are measured. */
const PERIOD_MS = 3_000;
/** The number of recorded intervals between key frames, of which the median counts. */
const INTERVALS = 5;

/** Measures the units of one track: bit rate, pictures per second, and key frames. */
export class UnitMeter {
  /** The recent units, oldest first; some hundred, as long as units are not shorter than 1 ms. */
  readonly #recent: { atMs: number; bytes: number }[] = [];
  readonly #intervalsMs: number[] = [];
  #keyFrameMs: number | null = null;

  /** @param unit.timeMs its time on the program's clock */
  push(unit: { bytes: number; keyFrame: boolean; timeMs: number }, nowMs: number): void {
    this.#recent.push({ atMs: nowMs, bytes: unit.bytes });
    this.#forget(nowMs);
    if (!unit.keyFrame) return;
    const intervalMs = this.#keyFrameMs === null ? 0 : unit.timeMs - this.#keyFrameMs;
    this.#keyFrameMs = unit.timeMs;
    // A clock that was set back makes no interval.
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

  /** The whole period, except at the start. */
  #periodMs(nowMs: number): number {
    const [first] = this.#recent;
    return Math.max(1_000, Math.min(PERIOD_MS, nowMs - (first?.atMs ?? nowMs)));
  }

  #forget(nowMs: number): void {
    while (this.#recent[0] && this.#recent[0].atMs < nowMs - PERIOD_MS) this.#recent.shift();
  }
}

import { type ReadonlySignal, signal } from '@preact/signals';

/** One plotted point; one is added per second. */
export interface HealthPoint {
  /** The time in seconds since 1970. */
  readonly atS: number;
  readonly bitrateBps: number;
  readonly framesPerSecond: number;
  readonly lossPercent: number;
  readonly roundTripMs: number;
}

/** The names of the curves. */
export type HealthCurve = Exclude<keyof HealthPoint, 'atS'>;

/** The time span of the plots, in seconds. */
export const HISTORY_S = 120;

const KEYS = ['atS', 'bitrateBps', 'framesPerSecond', 'lossPercent', 'roundTripMs'] as const;

/** The measurements of the last two minutes, in a ring buffer. */
export class HealthHistory {
  readonly #rings: Readonly<Record<keyof HealthPoint, Float64Array>>;
  readonly #capacity: number;
  readonly #version = signal(0);
  #next = 0;
  #length = 0;

  constructor(capacity: number = HISTORY_S) {
    this.#capacity = capacity;
    const ring = (): Float64Array => new Float64Array(capacity);
    this.#rings = {
      atS: ring(),
      bitrateBps: ring(),
      framesPerSecond: ring(),
      lossPercent: ring(),
      roundTripMs: ring(),
    };
  }

  /**
   * A number that is incremented with every change. Effects that read it run again on the next
   * change.
   */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  get length(): number {
    return this.#length;
  }

  push(point: HealthPoint): void {
    for (const key of KEYS) this.#rings[key][this.#next] = point[key];
    this.#next = (this.#next + 1) % this.#capacity;
    this.#length = Math.min(this.#length + 1, this.#capacity);
    this.#bump();
  }

  clear(): void {
    this.#next = 0;
    this.#length = 0;
    this.#bump();
  }

  /**
   * Returns times and values, oldest first. NaN, which means that a value wasn't measured, becomes
   * null, which leaves a gap in the plot.
   */
  curve(name: HealthCurve): [times: number[], values: (number | null)[]] {
    const values = this.#unrolled(name).map((value) => (Number.isNaN(value) ? null : value));
    return [this.#unrolled('atS'), values];
  }

  /**
   * Increments the version without subscribing to it, because an effect that records points must
   * not depend on the version that it changes.
   */
  #bump(): void {
    this.#version.value = this.#version.peek() + 1;
  }

  #unrolled(key: keyof HealthPoint): number[] {
    const ring = this.#rings[key];
    const start = (this.#next - this.#length + this.#capacity) % this.#capacity;
    return Array.from(
      { length: this.#length },
      (_, index) => ring[(start + index) % this.#capacity] ?? Number.NaN,
    );
  }
}

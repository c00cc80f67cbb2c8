const WRAP = 2 ** 33;

/**
 * Unwraps a program's 33-bit times (ISO/IEC 13818-1 2.4.3.7), which wrap after 26.5 hours, into
 * numbers that don't. Each time is unwrapped to the value nearest to the previous one.
 */
export class ClockUnwrapper {
  #last: number | null = null;

  unwrap(time: number): number {
    const last = this.#last ?? time;
    this.#last = last + stepBetween(last, time);
    return this.#last;
  }
}

/** Returns the shortest step from one time to another, when times wrap: -2^32 to 2^32 - 1 ticks. */
export function stepBetween(from: number, to: number): number {
  const step = (((to - from) % WRAP) + WRAP) % WRAP;
  return step < WRAP / 2 ? step : step - WRAP;
}

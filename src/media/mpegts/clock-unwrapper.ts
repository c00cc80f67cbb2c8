const WRAP = 2 ** 33;

/**
 * Unwraps the 33-bit times of a program (ISO/IEC 13818-1 2.4.3.7) into numbers that don't wrap,
 * which they do after 26.5 hours. Each time is unwrapped to the value nearest to the previous one.
 */
export class ClockUnwrapper {
  #last: number | null = null;

  unwrap(time: number): number {
    const last = this.#last ?? time;
    const step = (((time - last) % WRAP) + WRAP) % WRAP;
    this.#last = last + (step < WRAP / 2 ? step : step - WRAP);
    return this.#last;
  }
}

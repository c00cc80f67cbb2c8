/** A larger step, forward or backward, means that the encoder's clock was changed. */
const STEP_MAX_MS = 3_000;
const RTP_CYCLE = 2 ** 32;

/**
 * Converts a publisher's times to RTP timestamps. The timestamps advance evenly even if the
 * encoder's clock jumps or restarts, because WebRTC players would wait for the skipped time.
 */
export class RtpClock {
  readonly #timescale: number;
  readonly #clockRate: number;
  #shiftMs = 0;
  #last: { timeMs: number; arrivedMs: number } | null = null;

  /** @param rates.timescale the ticks per second of the publisher's times */
  constructor({ timescale, clockRate }: { timescale: number; clockRate: number }) {
    this.#timescale = timescale;
    this.#clockRate = clockRate;
  }

  /** Records the decode time of the next unit, before {@link rtpTimeOf} is used for it. */
  advance(time: number, arrivedMs: number): void {
    const timeMs = (time * 1_000) / this.#timescale;
    const last = this.#last;
    this.#last = { timeMs, arrivedMs };
    if (!last) return;
    const stepMs = timeMs - last.timeMs;
    const elapsedMs = Math.max(1, arrivedMs - last.arrivedMs);
    // After a pause, the clock may have advanced by the length of the pause.
    if (stepMs >= -STEP_MAX_MS && stepMs <= elapsedMs + STEP_MAX_MS) return;
    this.#shiftMs += elapsedMs - stepMs;
  }

  rtpTimeOf(time: number): number {
    const shift = (this.#shiftMs * this.#clockRate) / 1_000;
    const ticks = Math.round((time * this.#clockRate) / this.#timescale + shift);
    return ((ticks % RTP_CYCLE) + RTP_CYCLE) % RTP_CYCLE;
  }
}

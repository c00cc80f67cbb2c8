/** mediasoup's score of what a viewer gets, 0 to 10: at this one in ten packets is lost, or more. */
const BAD_SCORE = 6;
/** At this hardly anything is lost. */
const GOOD_SCORE = 9;
/** After another layer so long nothing is decided: reports come every few seconds. */
const SETTLE_MS = 6_000;
/** A better layer is tried after so long without loss, and twice as long each time that it was too much. */
const TRY_AFTER_MS = 20_000;
const TRY_AFTER_MAX_MS = 320_000;

/**
 * Which simulcast layer a viewer gets whose bandwidth nothing estimates, because its offer numbers the
 * header extensions for that otherwise: a lower one when it loses packets, a better one when it goes well.
 */
export class LayerByLoss {
  readonly #top: number;
  #layer: number;
  #changedMs: number;
  #goodSinceMs: number | null = null;
  #tryAfterMs = TRY_AFTER_MS;
  #wasTried = false;

  /** @param top the best layer, which it begins with */
  constructor(top: number, nowMs: number) {
    this.#top = top;
    this.#layer = top;
    this.#changedMs = nowMs;
  }

  /** The layer to change to, null to stay. To be asked every other second or so. */
  next(score: number, nowMs: number): number | null {
    if (score < GOOD_SCORE) this.#goodSinceMs = null;
    else this.#goodSinceMs ??= nowMs;
    if (nowMs - this.#changedMs < SETTLE_MS) return null;
    if (score <= BAD_SCORE) return this.#down(nowMs);
    const isGood = this.#goodSinceMs !== null && nowMs - this.#goodSinceMs >= this.#tryAfterMs;
    return isGood ? this.#up(nowMs) : null;
  }

  #down(nowMs: number): number | null {
    if (this.#layer === 0) return null;
    if (this.#wasTried) this.#tryAfterMs = Math.min(this.#tryAfterMs * 2, TRY_AFTER_MAX_MS);
    this.#wasTried = false;
    return this.#change(this.#layer - 1, nowMs);
  }

  #up(nowMs: number): number | null {
    if (this.#layer === this.#top) return null;
    this.#wasTried = true;
    return this.#change(this.#layer + 1, nowMs);
  }

  #change(layer: number, nowMs: number): number {
    this.#layer = layer;
    this.#changedMs = nowMs;
    this.#goodSinceMs = null;
    return layer;
  }
}

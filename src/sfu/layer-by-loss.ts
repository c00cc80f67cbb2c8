/**
 * mediasoup scores a viewer's reception from 0 to 10. At this score, at least one in ten packets is
 * lost.
 */
const BAD_SCORE = 6;
/** At this score, hardly any packets are lost. */
const GOOD_SCORE = 9;
/**
 * How long to wait after a layer change before the next decision. Reports arrive only every few
 * seconds.
 */
const SETTLE_MS = 6_000;
/**
 * A higher layer is tried after this time without loss. The time doubles after each failed attempt.
 */
const TRY_AFTER_MS = 20_000;
const TRY_AFTER_MAX_MS = 320_000;

/**
 * Selects the simulcast layer for a viewer without bandwidth estimation: a lower layer when packets
 * are lost, a higher one when reception is good. Bandwidth isn't estimated if the viewer's offer
 * and the router use different ids for the header extensions that estimation needs.
 */
export class LayerByLoss {
  readonly #top: number;
  #layer: number;
  #changedMs: number;
  #goodSinceMs: number | null = null;
  #tryAfterMs = TRY_AFTER_MS;
  #wasTried = false;

  /** @param top the highest layer, used first */
  constructor(top: number, nowMs: number) {
    this.#top = top;
    this.#layer = top;
    this.#changedMs = nowMs;
  }

  /**
   * Returns the layer to which to switch, or null to keep the current layer. Must be called about
   * every other second.
   */
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

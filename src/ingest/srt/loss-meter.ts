import type { SrtStatistics } from '../../srt/srt-messages.js';

/** Statistics arrive every second, so these span three seconds. */
const SAMPLES = 4;

type Counts = Pick<SrtStatistics, 'packets' | 'lostPackets'>;

/** Computes a connection's recent packet loss from its counters. */
export class LossMeter {
  readonly #samples: Counts[] = [];

  /**
   * Adds the newest counters, and returns the percentage of packets lost in the last three seconds.
   */
  push(counts: Counts): number {
    this.#samples.push(counts);
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    const [first = counts] = this.#samples;
    const lost = counts.lostPackets - first.lostPackets;
    const sent = counts.packets - first.packets + lost;
    return sent > 0 ? Math.min(100, Math.max(0, (100 * lost) / sent)) : 0;
  }
}

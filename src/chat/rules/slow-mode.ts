import { BoundedMap } from '../bounded-map.js';

/** Senders whose last message is remembered; beyond it the one who wrote longest ago is forgotten. */
const SENDERS_MAX = 20_000;

type Last = Readonly<{ nonce: string; atMs: number }>;

/** When each sender of one channel wrote last. */
export class SlowMode {
  readonly #last = new BoundedMap<string, Last>(SENDERS_MAX);

  /** In how many milliseconds a sender may write again; 0: now, also for a message that is sent again. */
  waitMs(
    sender: string,
    { nonce, slowModeS, nowMs }: { nonce: string; slowModeS: number; nowMs: number },
  ): number {
    const last = this.#last.get(sender);
    // A clock that was set back must not lock anybody out.
    if (slowModeS === 0 || !last || last.nonce === nonce || last.atMs > nowMs) return 0;
    return Math.max(0, last.atMs + slowModeS * 1_000 - nowMs);
  }

  /** Counts a message. */
  sent(sender: string, last: Last): void {
    this.#last.set(sender, last);
  }

  /** The message was not stored after all. */
  forget(sender: string): void {
    this.#last.delete(sender);
  }
}

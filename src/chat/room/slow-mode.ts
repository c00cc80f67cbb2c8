import { BoundedMap } from './bounded-map.js';

/** Senders whose last messages are remembered; beyond it the one who wrote longest ago is forgotten. */
const SENDERS_MAX = 20_000;

type Last = Readonly<{ nonce: string; atMs: number }>;

/** When each sender of one channel wrote last: a sender is one person, or all guests of an address. */
export class SlowMode {
  readonly #turns: number;
  /** The oldest first. */
  readonly #last = new BoundedMap<string, readonly Last[]>(SENDERS_MAX);

  /** @param turns messages of one sender that slow mode lets through in its time */
  constructor(turns = 1) {
    this.#turns = turns;
  }

  /** In how many milliseconds a sender may write again; 0: now, also for a message that is sent again. */
  waitMs(
    sender: string,
    { nonce, slowModeS, nowMs }: { nonce: string; slowModeS: number; nowMs: number },
  ): number {
    const last = this.#last.get(sender) ?? [];
    const [first] = last;
    if (slowModeS === 0 || !first || last.length < this.#turns) return 0;
    // A clock that was set back must not lock anybody out.
    if (last.some((message) => message.nonce === nonce || message.atMs > nowMs)) return 0;
    return Math.max(0, first.atMs + slowModeS * 1_000 - nowMs);
  }

  /** Counts a message; one that is sent again once. */
  sent(sender: string, message: Last): void {
    const others = this.#without(sender, message.nonce);
    this.#last.set(sender, [...others, message].slice(-this.#turns));
  }

  /** The message was not stored after all. */
  forget(sender: string, nonce: string): void {
    this.#last.set(sender, this.#without(sender, nonce));
  }

  #without(sender: string, nonce: string): Last[] {
    return (this.#last.get(sender) ?? []).filter((message) => message.nonce !== nonce);
  }
}

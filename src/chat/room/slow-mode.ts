import { BoundedMap } from './bounded-map.js';

/** The maximum number of tracked senders; the least recently active one is evicted. */
const SENDERS_MAX = 20_000;

type Last = Readonly<{ nonce: string; atMs: number }>;

/**
 * Records when senders last sent messages in a channel. A sender is one person, or all guests at an
 * address.
 */
export class SlowMode {
  readonly #turns: number;
  /** The last messages by sender, oldest first. */
  readonly #last = new BoundedMap<string, readonly Last[]>(SENDERS_MAX);

  /** @param turns the number of messages allowed per sender and interval */
  constructor(turns = 1) {
    this.#turns = turns;
  }

  /**
   * Returns the number of milliseconds until a sender may send the next message. It is 0 if the
   * sender may send one now, and for a repeated message.
   */
  waitMs(
    sender: string,
    { nonce, slowModeS, nowMs }: { nonce: string; slowModeS: number; nowMs: number },
  ): number {
    const last = this.#last.get(sender) ?? [];
    const [first] = last;
    if (slowModeS === 0 || !first || last.length < this.#turns) return 0;
    // Setting back the clock must not lock anyone out.
    if (last.some((message) => message.nonce === nonce || message.atMs > nowMs)) return 0;
    return Math.max(0, first.atMs + slowModeS * 1_000 - nowMs);
  }

  /** Counts a message; repeated messages count once. */
  sent(sender: string, message: Last): void {
    const others = this.#without(sender, message.nonce);
    const all = [...others, message].toSorted((a, b) => a.atMs - b.atMs);
    this.#last.set(sender, all.slice(-this.#turns));
  }

  /** Removes a message that was not stored after all. */
  forget(sender: string, nonce: string): void {
    this.#last.set(sender, this.#without(sender, nonce));
  }

  #without(sender: string, nonce: string): Last[] {
    return (this.#last.get(sender) ?? []).filter((message) => message.nonce !== nonce);
  }
}

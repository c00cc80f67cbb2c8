/**
 * A sender in a channel, or all guests at one address, and how many messages they may write per
 * interval. The key contains the address as a keyed hash.
 */
export type SlowSender = Readonly<{ key: string; turns: number }>;

/** Counts the messages that people write in slow mode on all nodes of a cluster. */
export interface SlowTurns {
  /**
   * Counts a message, if all of the senders may write now. Resolves with the number of milliseconds
   * until they may; with 0 if they may, and for a repeated message.
   */
  take(
    senders: readonly SlowSender[],
    message: Readonly<{ nonce: string; slowModeS: number }>,
  ): Promise<number>;
  /** Removes a message that was not stored after all. */
  giveBack(senders: readonly SlowSender[], nonce: string): Promise<void>;
}

/** Nest's injection token for {@link SlowTurns}, which are null on a single node. */
export const SLOW_TURNS = Symbol('SlowTurns');

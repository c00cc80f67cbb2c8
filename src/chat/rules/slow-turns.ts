/**
 * A sender in a channel, or all guests at one address, and how many messages they may send per
 * interval. The key contains the address as a keyed hash.
 */
export type SlowSender = Readonly<{ key: string; turns: number }>;

/** Counts messages in slow mode, across all nodes of a cluster. */
export interface SlowTurns {
  /**
   * Counts a message if all of the senders may send one now. Resolves with the number of
   * milliseconds until all of them may; 0 if the message was counted or is a repeated one.
   */
  take(
    senders: readonly SlowSender[],
    message: Readonly<{ nonce: string; slowModeS: number }>,
  ): Promise<number>;
  /** Removes a message that was not stored after all. */
  refund(senders: readonly SlowSender[], nonce: string): Promise<void>;
}

/** Nest's injection token for {@link SlowTurns}; null is injected on a single node. */
export const SLOW_TURNS = Symbol('SlowTurns');

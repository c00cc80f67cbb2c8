import type { Rate } from './token-bucket.js';

/** A key whose guesses are counted across all nodes, and its rate. */
export type SharedKey = Readonly<{ key: string; rate: Rate }>;

/** Counts wrong guesses across all nodes of a cluster. */
export interface SharedGuesses {
  /** Resolves with the number of milliseconds until all of the keys have a token; 0 if they do. */
  waitMs(keys: readonly SharedKey[], nowMs: number): Promise<number>;
  /**
   * Counts a wrong guess for each key. Nodes that check guesses at the same moment can together
   * exceed a limit. Such guesses are counted too, so the next ones have to wait longer.
   */
  add(keys: readonly SharedKey[], nowMs: number): Promise<void>;
}

/** Nest's injection token for {@link SharedGuesses}; null is injected on a single node. */
export const SHARED_GUESSES = Symbol('SharedGuesses');

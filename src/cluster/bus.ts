import type { NodeId } from './cluster.js';

/**
 * The maximum length of a message with its topic and sender, in bytes of JSON. PostgreSQL's NOTIFY
 * accepts less than 8,000 bytes.
 */
export const MESSAGE_MAX = 7_500;

/**
 * Wakes other nodes. A message may be lost, so nothing may depend on its arrival. It announces news
 * in the database, or contains a copy of it, and listeners also query the database from time to
 * time. Messages from one node arrive in the order in which it published them.
 */
export interface Bus {
  /**
   * Sends a message to all other nodes, in the background.
   * @throws {RangeError} if it is longer than {@link MESSAGE_MAX}
   */
  publish(topic: string, message: unknown): void;
  /**
   * Set if messages pass through the database, in which case a transaction can publish when it
   * commits; see `publishing` in `publishing.repository.ts`. Null if messages must be published
   * after the commit.
   */
  readonly database: Readonly<{ channel: string; from: NodeId }> | null;
  /** Listens to a topic until the returned function is called. */
  on(topic: string, listener: (message: unknown) => void): () => void;
  /**
   * Calls the listener whenever messages may have been lost, by this node or by their sender, until
   * the returned function is called.
   */
  onGap(listener: () => void): () => void;
}

/** Nest's injection token for the {@link Bus}. */
export const BUS = Symbol('Bus');

/** The bus of a single-node service, which has no other nodes to wake. */
export const SOLO_BUS: Bus = {
  publish: () => undefined,
  database: null,
  on: () => () => undefined,
  onGap: () => () => undefined,
};

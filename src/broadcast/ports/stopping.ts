/** Nest's injection token for the {@link BroadcastStop}. */
export const BROADCAST_STOP = Symbol('BroadcastStop');

/** Stops all broadcasts of this node, or leaves them to other nodes. */
export interface BroadcastStop {
  /** Idempotent. */
  stop(): void;
}

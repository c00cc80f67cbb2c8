import type { Listenable } from '../../common/typed-emitter.js';

/** Nest's injection token for the {@link BroadcastStop}. */
export const BROADCAST_STOP = Symbol('BroadcastStop');

/** Stops all broadcasts of this node, or leaves them to other nodes; reports deleted channels. */
export interface BroadcastStop {
  /** Idempotent. */
  stop(): void;
  /** `channelDeleted`: the channel's broadcast has ended, and its media must no longer be served. */
  readonly events: Listenable<{ channelDeleted: [channel: { id: string; name: string }] }>;
}

import type { NodeId } from '../../cluster/cluster.js';
import type { Listenable } from '../../common/typed-emitter.js';

/** Nest's injection token for the {@link OriginDirectory}. */
export const ORIGIN_DIRECTORY = Symbol('OriginDirectory');

/** A broadcast that runs on another node. */
export type RemoteOrigin = Readonly<{ channel: string; nodeId: NodeId }>;

/** The broadcasts that run on other nodes, by channel name. */
export interface OriginDirectory {
  findByName(channel: string): RemoteOrigin | null;
  readonly events: Pick<
    Listenable<{ appeared: [RemoteOrigin]; changed: [RemoteOrigin]; gone: [RemoteOrigin] }>,
    'on'
  >;
}

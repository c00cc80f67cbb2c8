import { randomUUID } from 'node:crypto';
import { type Listenable, TypedEmitter } from '../common/typed-emitter.js';
import { NODE_PROTOCOL } from './node-protocol.js';
import type { Cluster, ClusterEvents, ClusterNode } from './cluster.js';

/**
 * One node that is the whole service. It assumes that no other node uses its database, so every
 * other listed node is an earlier run of this one, and dead.
 */
export class SoloCluster implements Cluster {
  readonly self = randomUUID();
  readonly clockAheadMs = 0;
  readonly nodes: ReadonlyMap<string, ClusterNode>;
  readonly events: Listenable<ClusterEvents> = new TypedEmitter<ClusterEvents>().listenable;

  constructor(name: string) {
    const { self: id } = this;
    const startedAt = new Date();
    const node = { id, name, url: '', startedAt, seenAt: startedAt, draining: false };
    this.nodes = new Map([[id, { ...node, proto: NODE_PROTOCOL }]]);
  }

  isDead(id: string): Promise<boolean> {
    return Promise.resolve(id !== this.self);
  }

  drain(): Promise<boolean> {
    return Promise.resolve(false);
  }

  endDrain(): Promise<void> {
    return Promise.resolve();
  }

  hasOther(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

import type { Listenable } from '../common/typed-emitter.js';

/**
 * Identifies one run of a node: a random UUID. A node that restarts gets a new one, so it is never
 * mistaken for its previous run.
 */
export type NodeId = string;

/** A node as all nodes see it. */
export type ClusterNode = Readonly<{
  id: NodeId;
  /** NODE_NAME, for people. */
  name: string;
  /** NODE_URL, at which the other nodes call it. */
  url: string;
  startedAt: Date;
  /** When the node last reported to the database; at most ten seconds ago if it is running. */
  seenAt: Date;
  /** Whether its clients are moving to other nodes, because it is about to stop. */
  draining: boolean;
  /** The version of its calls; see `NODE_PROTOCOL`. */
  proto: number;
}>;

export type ClusterEvents = {
  joined: [node: ClusterNode];
  /**
   * A node stopped, or it ended without notice and another node found it dead. All nodes receive
   * the event, so a node must claim any work that follows from it before doing it.
   */
  left: [node: ClusterNode];
};

/** The nodes that form one service. */
export interface Cluster {
  readonly self: NodeId;
  /** The running nodes, including this one. The list may be up to two seconds old. */
  readonly nodes: ReadonlyMap<NodeId, ClusterNode>;
  readonly events: Listenable<ClusterEvents>;
  /**
   * How far this node's clock is ahead of the database's; 0 if they differ by up to half a second.
   */
  readonly clockAheadMs: number;
  /** Resolves with whether a node has certainly ended; with false while that is uncertain. */
  isDead(id: NodeId): Promise<boolean>;
  /**
   * Marks this node as draining, until {@link endDrain} or its stop. Resolves to false if no other
   * node can take its clients because each one is draining or isn't responding.
   */
  drain(): Promise<boolean>;
  /** Marks this node as accepting new clients again. */
  endDrain(): Promise<void>;
  /**
   * Resolves with whether another node can take this one's clients: one that answers within two
   * seconds and isn't draining.
   */
  hasOther(): Promise<boolean>;
}

/** Nest's injection token for the {@link Cluster}. */
export const CLUSTER = Symbol('Cluster');

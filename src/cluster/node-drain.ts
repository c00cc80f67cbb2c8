import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { TypedEmitter } from '../common/typed-emitter.js';
import { LOG, type Log } from '../common/logger.js';
import { CLUSTER, type Cluster, type NodeId } from './cluster.js';
import { CallError, NODE_CALLS, type NodeCalls } from './node-calls.js';

/** The call by which a node asks another one to drain. Its body is ignored. */
const DRAIN = 'drain';
const Drained = z.object({ draining: z.boolean() });

/**
 * Moves this node's clients to other nodes, before it stops. A node that has begun to drain drains
 * until it ends.
 */
@Injectable()
export class NodeDrain implements OnModuleInit {
  readonly #emitter = new TypedEmitter<{ begun: [] }>();
  readonly events = this.#emitter.listenable;
  #beginning: Promise<boolean> | null = null;
  #isDraining = false;

  constructor(
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.calls.answer(DRAIN, async () => ({ draining: await this.drain() }));
  }

  /** Whether this node leaves new clients to other nodes: it drains, and another one doesn't. */
  get sendsElsewhere(): boolean {
    return this.#isDraining && this.#hasOther;
  }

  /**
   * Begins to drain this node. Resolves when the other nodes can know; with false if no other node
   * can take its clients. Idempotent.
   */
  async drain(): Promise<boolean> {
    if (this.#isDraining) return true;
    this.#beginning ??= this.#begin().finally(() => {
      this.#beginning = null;
    });
    return this.#beginning;
  }

  /**
   * Begins to drain any node, this one included. Resolves as {@link drain} does.
   * @throws {CallError} if the node didn't answer
   */
  async drainNode(id: NodeId): Promise<boolean> {
    if (id === this.cluster.self) return this.drain();
    const { data } = Drained.safeParse(await this.calls.call(id, DRAIN, null));
    if (!data) throw new CallError('failed', `node ${id} didn't say whether it drains`);
    return data.draining;
  }

  async #begin(): Promise<boolean> {
    if (!(await this.cluster.drain())) return false;
    this.#isDraining = true;
    this.log.info('this node is draining');
    this.#emitter.emit('begun');
    return true;
  }

  get #hasOther(): boolean {
    const { nodes, self } = this.cluster;
    return [...nodes.values()].some(({ id, draining }) => id !== self && !draining);
  }
}

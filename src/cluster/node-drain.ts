import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnModuleInit,
} from '@nestjs/common';
import { z } from 'zod';
import { LOG, type Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { CONFIG, type Config } from '../config/config.js';
import { CLUSTER, type Cluster, type NodeId } from './cluster.js';
import { CallError, NODE_CALLS, type NodeCalls } from './node-calls.js';

/** The call by which a node asks another one to drain. Its body is ignored. */
const DRAIN = 'drain';
const Drained = z.object({ draining: z.boolean() });

/** The interval at which the drain checks whether anything is left to move. */
const CHECK_EVERY_MS = 100;

/**
 * Moves this node's clients to other nodes, before it stops. A node that has begun to drain remains
 * so until it stops.
 */
@Injectable()
export class NodeDrain implements OnModuleInit, BeforeApplicationShutdown {
  readonly #emitter = new TypedEmitter<{ begun: []; ended: [] }>();
  /**
   * `begun`: clients that can move without a break should do so. `ended`: all others should be
   * disconnected, and connect to another node.
   */
  readonly events = this.#emitter.listenable;
  readonly #counts: (() => number)[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #beginning: Promise<boolean> | null = null;
  #begunAtMs: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.calls.answer(DRAIN, async () => ({ draining: await this.drain() }));
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#emitter.clear();
  }

  /** Whether this node leaves new clients to other nodes: it drains, and another one doesn't. */
  get sendsElsewhere(): boolean {
    return this.#begunAtMs !== null && this.#hasOther;
  }

  /** The time since the drain began, in milliseconds; null if it hasn't begun. */
  get elapsedMs(): number | null {
    return this.#begunAtMs === null ? null : performance.now() - this.#begunAtMs;
  }

  /** The maximum duration of the drain, in milliseconds. */
  get durationMs(): number {
    return this.config.node.drainMs;
  }

  /** Resolves when the drain has ended: nothing is left, or its time is over. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Adds clients for which the drain waits; `count` returns how many are left. */
  waitFor(count: () => number): void {
    this.#counts.push(count);
  }

  /**
   * Begins to drain this node. Resolves when the other nodes can know; with false if no other node
   * can take its clients. Idempotent.
   */
  async drain(): Promise<boolean> {
    if (this.#begunAtMs !== null) return true;
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
    this.#begunAtMs = performance.now();
    this.log.info({ seconds: this.durationMs / 1_000 }, 'this node is draining');
    this.#emitter.emit('begun');
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY_MS);
    this.#check();
    return true;
  }

  #check(): void {
    const left = this.#counts.reduce((sum, count) => sum + count(), 0);
    if (left > 0 && (this.elapsedMs ?? 0) < this.durationMs) return;
    clearInterval(this.#timer);
    this.log.info({ left }, 'this node has drained');
    this.#emitter.emit('ended');
    this.#ended.resolve();
  }

  get #hasOther(): boolean {
    const { nodes, self } = this.cluster;
    return [...nodes.values()].some(({ id, draining }) => id !== self && !draining);
  }
}

import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnModuleInit,
} from '@nestjs/common';
import { z } from 'zod';
import { LOG, type Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { CONFIG, type Config } from '../config/config.js';
import { CLUSTER, type Cluster, type NodeId } from './cluster.js';
import { CallError, NODE_CALLS, type NodeCalls } from './node-calls.js';

/**
 * The calls with which a node asks another one to drain, or to cancel a drain. Their bodies are
 * ignored.
 */
const DRAIN = 'drain';
const END_DRAIN = 'end-drain';
const Answer = z.object({ draining: z.boolean() });
/**
 * How long another node may take to answer. It first asks the others whether they can take its
 * clients.
 */
const ANSWERS_WITHIN_MS = 5_000;

/** The interval at which the drain checks whether anything is left to move. */
const CHECK_EVERY_MS = 100;
/** The interval at which it checks whether another node can still take clients. */
const CHECK_TAKERS_EVERY_MS = 1_000;

type State =
  | { readonly name: 'serving' }
  | {
      readonly name: 'draining' | 'drained';
      readonly begunAtMs: number;
      /** Whether the node stops afterwards. */
      readonly stops: boolean;
    };

/**
 * Moves this node's clients to other nodes, before it stops. Once it has drained, a node leaves new
 * clients to the others until it stops or an administrator cancels the drain.
 */
@Injectable()
export class NodeDrain implements OnModuleInit, BeforeApplicationShutdown {
  readonly #emitter = new TypedEmitter<{ begun: []; ended: []; cancelled: [] }>();
  /**
   * `begun`: clients that can move without an interruption should do so. `ended`: all others should
   * be disconnected, and connect to another node. `cancelled`: clients that are still here can
   * stay; another drain may begin later.
   */
  readonly events = this.#emitter.listenable;
  readonly #counts: (() => number)[] = [];
  /** Runs the beginnings and cancellations of drains one at a time. */
  readonly #changes = new SerialQueue();
  #ended = Promise.withResolvers<void>();
  #state: State = { name: 'serving' };
  #hasTaker = false;
  #checks: NodeJS.Timeout | undefined;
  #takerChecks: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onModuleInit(): void {
    this.calls.answer(DRAIN, async () => ({ draining: await this.drain() }));
    this.calls.answer(END_DRAIN, async () => ({ draining: !(await this.cancel()) }));
  }

  beforeApplicationShutdown(): void {
    this.#clearTimers();
    this.#emitter.clear();
  }

  /**
   * Whether this node leaves new clients to other nodes, because it is draining and another one
   * isn't.
   */
  get sendsElsewhere(): boolean {
    return this.#state.name !== 'serving' && this.#hasTaker && this.#hasOther;
  }

  /** The time since the drain began, in milliseconds; null if it hasn't begun. */
  get elapsedMs(): number | null {
    return this.#state.name === 'serving' ? null : performance.now() - this.#state.begunAtMs;
  }

  /** The maximum duration of the drain, in milliseconds. */
  get durationMs(): number {
    return this.config.node.drainMs;
  }

  /** Resolves when the drain has ended, because nothing is left or its time is over. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Adds clients for which the drain waits; `count` returns how many are left. */
  waitFor(count: () => number): void {
    this.#counts.push(count);
  }

  /**
   * Begins to drain this node, unless it is already draining. Resolves when the other nodes can see
   * this; with false if no other node can take its clients. If the node `stops` afterwards, the
   * drain can't be cancelled.
   */
  drain({ stops = false } = {}): Promise<boolean> {
    return this.#changes.run(async () => {
      const state = this.#state;
      if (state.name === 'serving') return this.#begin(stops);
      this.#state = { ...state, stops: state.stops || stops };
      return true;
    });
  }

  /**
   * Cancels the drain: clients that are still here stay, and new ones are served. Resolves to false
   * if the node is about to stop. Idempotent.
   */
  cancel(): Promise<boolean> {
    return this.#changes.run(async () => {
      if (this.#state.name === 'serving') return true;
      if (this.#state.stops) return false;
      await this.cluster.endDrain();
      this.#clearTimers();
      if (this.#state.name === 'drained') this.#ended = Promise.withResolvers();
      this.#state = { name: 'serving' };
      this.log.info('the drain of this node was canceled');
      this.#emitter.emit('cancelled');
      return true;
    });
  }

  /**
   * Begins to drain any node, including this one. Resolves as {@link drain} does.
   * @throws {CallError} if the node didn't answer
   */
  async drainNode(id: NodeId): Promise<boolean> {
    return id === this.cluster.self ? this.drain() : this.#ask(id, DRAIN);
  }

  /**
   * Cancels the drain of any node, including this one. Resolves as {@link cancel} does.
   * @throws {CallError} if the node didn't answer; `refused` if its release can't cancel a drain
   */
  async cancelNode(id: NodeId): Promise<boolean> {
    return id === this.cluster.self ? this.cancel() : !(await this.#ask(id, END_DRAIN));
  }

  /** Resolves with whether the node is draining afterwards. */
  async #ask(id: NodeId, call: typeof DRAIN | typeof END_DRAIN): Promise<boolean> {
    const answer = await this.calls.call(id, call, null, { timeoutMs: ANSWERS_WITHIN_MS });
    const { data } = Answer.safeParse(answer);
    if (!data) throw new CallError('failed', `node ${id} didn't report whether it is draining`);
    return data.draining;
  }

  async #begin(stops: boolean): Promise<boolean> {
    if (!(await this.cluster.drain())) return false;
    this.#state = { name: 'draining', begunAtMs: performance.now(), stops };
    this.#hasTaker = true;
    this.log.info({ seconds: this.durationMs / 1_000 }, 'this node is draining');
    this.#emitter.emit('begun');
    this.#checks = setInterval(() => this.#check(), CHECK_EVERY_MS);
    this.#checkTakersLater();
    this.#check();
    return true;
  }

  #check(): void {
    if (this.#state.name !== 'draining') return;
    const left = this.#counts.reduce((sum, count) => sum + count(), 0);
    if (left > 0 && (this.elapsedMs ?? 0) < this.durationMs) return;
    clearInterval(this.#checks);
    this.#state = { ...this.#state, name: 'drained' };
    this.log.info({ left }, 'this node has drained');
    this.#emitter.emit('ended');
    this.#ended.resolve();
  }

  /** Checks regularly whether another node can still take clients, because that node may hang. */
  #checkTakersLater(): void {
    const timer = setTimeout(() => {
      const checked = this.cluster.hasOther().then((hasOther) => {
        this.#hasTaker = hasOther;
      });
      void checked
        .catch((err: unknown) => this.log.warn({ err }, 'the other nodes could not be queried'))
        .then(() => {
          if (this.#takerChecks === timer) this.#checkTakersLater();
        });
    }, CHECK_TAKERS_EVERY_MS);
    timer.unref();
    this.#takerChecks = timer;
  }

  #clearTimers(): void {
    clearInterval(this.#checks);
    clearTimeout(this.#takerChecks);
    this.#takerChecks = undefined;
  }

  /**
   * Whether another node that isn't draining is listed. False as soon as the last such node leaves.
   */
  get #hasOther(): boolean {
    const { nodes, self } = this.cluster;
    return [...nodes.values()].some(({ id, draining }) => id !== self && !draining);
  }
}

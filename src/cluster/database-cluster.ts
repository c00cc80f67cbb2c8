import type { Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import { StartError } from '../common/start-error.js';
import { type Listenable, TypedEmitter } from '../common/typed-emitter.js';
import type { DatabaseSession } from '../db/database-session.js';
import { type Cluster, type ClusterEvents, type ClusterNode, type NodeId } from './cluster.js';
import type { ClockWatch } from './clock-watch.js';
import { CallError, type NodeCalls } from './node-calls.js';
import { NODE_PROTOCOL, understands } from './node-protocol.js';
import type { NodeRepository } from './node.repository.js';

const REFRESH_EVERY_MS = 1_000;
/** The number of refreshes between two reports that this node is running. */
const SEEN_EVERY = 10;
/**
 * How long this node must be connected before it judges others. A PostgreSQL restart frees all
 * locks at once; after this time, all nodes hold theirs again.
 */
const JUDGES_AFTER_MS = 10_000;
/** How long another node may take to show that it can take clients. It is called twice. */
const TAKES_WITHIN_MS = 1_000;
/** The call that a node answers to prove that it is running. */
const PING = 'ping';

/**
 * Returns the key of a node's advisory lock, which it holds as long as it runs and has a connection
 * to the database: 64 random bits of its id.
 */
export function lockKey(id: NodeId): bigint {
  return BigInt.asIntN(64, BigInt(`0x${id.replaceAll('-', '').slice(-16)}`));
}

type Parts = Readonly<{
  self: ClusterNode;
  /** A connection that holds the lock {@link lockKey}. */
  session: DatabaseSession;
  nodes: NodeRepository;
  clocks: ClockWatch;
  log: Log;
}>;

/**
 * The nodes that share a PostgreSQL database. A node is dead if nobody holds its lock, it doesn't
 * answer at its address, and this node has been connected for long enough to judge. None of these
 * conditions is enough alone, because a dead connection frees the lock of a running node, and a
 * node that is suspended for a moment doesn't answer.
 */
export class DatabaseCluster implements Cluster {
  readonly self: NodeId;
  readonly #emitter = new TypedEmitter<ClusterEvents>();
  readonly #known = new Map<NodeId, ClusterNode>();
  /** This node as it is stored. */
  #node: ClusterNode;
  readonly #refreshes = new SerialQueue(2);
  #calls: NodeCalls | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;
  #reads = 0;

  constructor(private readonly parts: Parts) {
    this.self = parts.self.id;
    this.#node = parts.self;
    this.#known.set(this.self, parts.self);
  }

  get nodes(): ReadonlyMap<NodeId, ClusterNode> {
    return this.#known;
  }

  get clockAheadMs(): number {
    return this.parts.clocks.aheadMs;
  }

  get events(): Listenable<ClusterEvents> {
    return this.#emitter.listenable;
  }

  /**
   * Joins the cluster.
   * @throws {StartError} if a running node doesn't understand this one's calls
   */
  async start(calls: NodeCalls): Promise<void> {
    this.#calls = calls;
    calls.answer(PING, () => null);
    await this.#refresh();
    await this.#assertUnderstood();
    this.#refreshLater();
  }

  /** Returns a node, which this one may not have noticed yet; null if it hasn't joined or has left. */
  async find(id: NodeId): Promise<ClusterNode | null> {
    return this.#known.get(id) ?? this.parts.nodes.find(id);
  }

  /** Stops checking the other nodes, because the database is about to be closed. */
  beginStop(): void {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#emitter.clear();
  }

  /**
   * Leaves the cluster, after everything that ran here has ended or has been handed over. Uses its
   * own connection, because the others are closed by then. If it can't connect, the other nodes
   * find this one dead.
   */
  async stop(): Promise<void> {
    this.beginStop();
    const { session, log } = this.parts;
    await session
      .query('DELETE FROM nodes WHERE id = $1', [this.self])
      .catch((err: unknown) =>
        log.warn({ err }, 'the other nodes could not be notified that this node left'),
      );
    await session.close();
  }

  async isDead(id: NodeId): Promise<boolean> {
    if (id === this.self || !this.#canJudge()) return false;
    const locked = await this.parts.nodes.locked([lockKey(id)]);
    return locked.size === 0 && this.#isSilent(id);
  }

  /**
   * Judges a node whose lock nobody holds. A node that isn't listed has left, or was found dead.
   */
  async #isSilent(id: NodeId): Promise<boolean> {
    return !(this.#known.has(id) && (await this.#answers(id))) && this.#canJudge();
  }

  async drain(): Promise<boolean> {
    const { nodes } = this.parts;
    const others = await this.#takers(await nodes.listWith(this.#node));
    if (!(await nodes.drain(this.self, others))) return false;
    this.#setDraining(true);
    // The node that can take this one's clients may have joined only a moment ago.
    await this.#refresh();
    return true;
  }

  async endDrain(): Promise<void> {
    await this.parts.nodes.endDrain(this.self);
    this.#setDraining(false);
    await this.#refresh();
  }

  async hasOther(): Promise<boolean> {
    return (await this.#takers([...this.#known.values()])).length > 0;
  }

  /**
   * Resolves with the nodes that can take this one's clients. A node that hangs can't, even if it
   * is listed.
   */
  async #takers(nodes: readonly ClusterNode[]): Promise<NodeId[]> {
    const others = nodes.filter(({ id, draining }) => id !== this.self && !draining);
    const answers = await Promise.all(others.map(({ id }) => this.#answers(id, TAKES_WITHIN_MS)));
    return others.flatMap(({ id }, at) => (answers[at] === true ? [id] : []));
  }

  #setDraining(draining: boolean): void {
    this.#node = { ...this.#node, draining };
    this.#known.set(this.self, this.#node);
  }

  /** Leaves again if a running node's version of the calls differs by more than one. */
  async #assertUnderstood(): Promise<void> {
    const strangers = [...this.#known.values()].filter(({ proto }) => !understands(proto));
    if (strangers.length === 0) return;
    const { nodes } = this.parts;
    // A node that crashed may still be listed.
    const locked = await nodes.locked(strangers.map(({ id }) => lockKey(id)));
    const stranger = strangers.find(({ id }) => locked.has(lockKey(id)));
    if (!stranger) return;
    await nodes.remove(this.self);
    const { name, proto } = stranger;
    throw new StartError(
      `The running node ${name} uses version ${proto} of the node protocol, and this release uses version ${NODE_PROTOCOL}. Versions that differ by more than one are incompatible. Upgrade all nodes to an intermediate release first, or stop them all.`,
    );
  }

  #canJudge(): boolean {
    return (this.parts.session.connectedForMs() ?? 0) >= JUDGES_AFTER_MS;
  }

  /** Calls a node twice if necessary, because a busy node may miss one call. */
  async #answers(id: NodeId, timeoutMs?: number): Promise<boolean> {
    for (const _attempt of [1, 2])
      try {
        await this.#calls?.call(id, PING, null, timeoutMs === undefined ? {} : { timeoutMs });
        return true;
      } catch (error) {
        const failure = error instanceof CallError ? error.failure : 'failed';
        if (failure === 'gone') return false;
        if (failure !== 'unreachable') return true;
      }
    return false;
  }

  #refreshLater(): void {
    if (this.#isStopping) return;
    this.#timer = setTimeout(() => {
      void this.#refresh()
        .catch((err: unknown) => {
          if (!this.#isStopping)
            this.parts.log.warn({ err }, 'the list of nodes could not be refreshed');
        })
        .then(() => this.#refreshLater());
    }, REFRESH_EVERY_MS);
  }

  /** Refreshes one at a time, so that an older list doesn't replace a newer one. */
  #refresh(): Promise<void> {
    return this.#refreshes.run(() => this.#readNodes());
  }

  async #readNodes(): Promise<void> {
    if (this.#reads % SEEN_EVERY === 0) await this.parts.nodes.setSeen(this.self);
    this.#reads += 1;
    const stored = await this.parts.nodes.listWith(this.#node);
    if (this.#isStopping) return;
    const present = new Set(stored.map(({ id }) => id));
    for (const node of stored) {
      const isNew = !this.#known.has(node.id);
      this.#known.set(node.id, node);
      if (isNew) this.#emitter.emit('joined', node);
    }
    for (const node of this.#known.values()) if (!present.has(node.id)) this.#lose(node);
    await this.#bury(stored.filter(({ id }) => id !== this.self));
  }

  async #bury(others: readonly ClusterNode[]): Promise<void> {
    if (others.length === 0 || !this.#canJudge()) return;
    const locked = await this.parts.nodes.locked(others.map(({ id }) => lockKey(id)));
    for (const { id, name } of others) {
      if (locked.has(lockKey(id)) || !(await this.#isSilent(id))) continue;
      if (await this.parts.nodes.remove(id))
        this.parts.log.warn({ node: name, id }, 'a node stopped without deregistering');
    }
  }

  #lose(node: ClusterNode): void {
    this.#known.delete(node.id);
    this.#emitter.emit('left', node);
  }
}

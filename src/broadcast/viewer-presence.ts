import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { z } from 'zod';
import { BUS, type Bus } from '../cluster/bus.js';
import { CLUSTER, type Cluster, type NodeId } from '../cluster/cluster.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { CONFIG, type Config } from '../config/config.js';

/** The interval at which changed counts are published. */
const PUBLISH_EVERY_MS = 250;
/** At every eighth interval, all counts are published, in case messages were lost. */
const ALL_EVERY = 8;
/** How long a count is valid without being repeated. */
const FORGOTTEN_AFTER_MS = 5_000;
/** The maximum number of counts in a message, which keeps it below the bus's limit. */
const COUNTS_MAX = 100;

const TOPIC = 'presence';
const Counts = z.object({
  nodeId: z.string(),
  counts: z.record(z.string(), z.number().int().nonnegative()),
});

type Count = { viewers: number; heardAtMs: number };

/** Counts the viewers on other nodes, and publishes the counts of this one. */
@Injectable()
export class ViewerPresence implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #emitter = new TypedEmitter<{ changed: [channelId: string] }>();
  /** `changed`: the count of {@link elsewhere} changed. */
  readonly events = this.#emitter.listenable;
  /** This node's nonzero counts. */
  readonly #own = new Map<string, number>();
  readonly #changed = new Set<string>();
  /** The other nodes' counts by channel. */
  readonly #others = new Map<string, Map<NodeId, Count>>();
  #ticks = 0;
  #timer: NodeJS.Timeout | undefined;
  #offs: (() => void)[] = [];

  constructor(
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.#isShared) return;
    this.#offs = [
      this.bus.on(TOPIC, (message) => this.#hear(message)),
      this.cluster.events.on('left', ({ id }) => this.#forget((node) => node === id)),
    ];
    this.#timer = setInterval(() => this.#tick(), PUBLISH_EVERY_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer);
    for (const off of this.#offs) off();
  }

  /** Sets the number of a channel's viewers on this node. */
  set(channelId: string, viewers: number): void {
    if (!this.#isShared || (this.#own.get(channelId) ?? 0) === viewers) return;
    if (viewers === 0) this.#own.delete(channelId);
    else this.#own.set(channelId, viewers);
    this.#changed.add(channelId);
  }

  /** Returns the number of a channel's viewers on other nodes. */
  elsewhere(channelId: string): number {
    let sum = 0;
    for (const { viewers } of this.#others.get(channelId)?.values() ?? []) sum += viewers;
    return sum;
  }

  /** The number of viewers of all channels on other nodes. */
  get allElsewhere(): number {
    let sum = 0;
    for (const channelId of this.#others.keys()) sum += this.elsewhere(channelId);
    return sum;
  }

  get #isShared(): boolean {
    return this.config.node.url !== null;
  }

  #tick(): void {
    this.#ticks += 1;
    const sendsAll = this.#ticks % ALL_EVERY === 0;
    const ids = [...(sendsAll ? new Set([...this.#own.keys(), ...this.#changed]) : this.#changed)];
    this.#changed.clear();
    const nodeId = this.cluster.self;
    for (let at = 0; at < ids.length; at += COUNTS_MAX) {
      const counts = ids.slice(at, at + COUNTS_MAX).map((id) => [id, this.#own.get(id) ?? 0]);
      this.bus.publish(TOPIC, { nodeId, counts: Object.fromEntries(counts) });
    }
    const oldestMs = this.clock.nowMs() - FORGOTTEN_AFTER_MS;
    if (sendsAll) this.#forget((_node, { heardAtMs }) => heardAtMs < oldestMs);
  }

  #hear(message: unknown): void {
    const { data } = Counts.safeParse(message);
    if (!data) return;
    const heardAtMs = this.clock.nowMs();
    for (const [channelId, viewers] of Object.entries(data.counts)) {
      const nodes = this.#others.get(channelId) ?? new Map<NodeId, Count>();
      const before = nodes.get(data.nodeId)?.viewers ?? 0;
      if (viewers === 0) nodes.delete(data.nodeId);
      else nodes.set(data.nodeId, { viewers, heardAtMs });
      if (nodes.size === 0) this.#others.delete(channelId);
      else this.#others.set(channelId, nodes);
      if (before !== viewers) this.#emitter.emit('changed', channelId);
    }
  }

  #forget(isOver: (node: NodeId, count: Count) => boolean): void {
    for (const [channelId, nodes] of this.#others) {
      const before = nodes.size;
      for (const [node, count] of nodes) if (isOver(node, count)) nodes.delete(node);
      if (nodes.size === before) continue;
      if (nodes.size === 0) this.#others.delete(channelId);
      this.#emitter.emit('changed', channelId);
    }
  }
}

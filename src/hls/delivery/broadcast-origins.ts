import type { OriginDirectory } from '../../broadcast/ports/origins.js';
import type { NodeId } from '../../cluster/cluster.js';
import type { Clock } from '../../common/clock.js';
import { LINGER_MS } from '../../common/linger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';

/** A node that no longer runs a channel's broadcast, but may still have its media. */
type Earlier = Readonly<{ nodeId: NodeId; untilMs: number }>;

/**
 * A node may learn later than this one that its broadcast has ended, and then keeps the media
 * longer.
 */
const MARGIN_MS = 5_000;

/**
 * Finds the other nodes that have a channel's HLS: the one that runs its broadcast, and earlier
 * ones.
 */
export class BroadcastOrigins {
  readonly #emitter = new TypedEmitter<{ moved: [channel: string, from: NodeId] }>();
  /** `moved`: a node no longer runs the channel's broadcast. */
  readonly events = this.#emitter.listenable;
  readonly #current = new Map<string, NodeId>();
  /**
   * By channel, most recent first. Bounded by the number of broadcasts that end within half a
   * minute.
   */
  readonly #earlier = new Map<string, readonly Earlier[]>();

  constructor(
    private readonly directory: OriginDirectory,
    private readonly clock: Clock,
  ) {
    for (const event of ['appeared', 'changed'] as const)
      directory.events.on(event, ({ channel, nodeId }) => this.#enter(channel, nodeId));
    directory.events.on('gone', ({ channel }) => this.#enter(channel, null));
  }

  /** Returns the node that runs the channel's broadcast; null if no other node does. */
  current(channel: string): NodeId | null {
    return this.directory.findByName(channel)?.nodeId ?? null;
  }

  /** Returns the nodes that ran a broadcast of the channel until recently, most recent first. */
  earlier(channel: string): NodeId[] {
    const nowMs = this.clock.nowMs();
    const known = this.#earlier.get(channel) ?? [];
    return known.filter(({ untilMs }) => untilMs > nowMs).map(({ nodeId }) => nodeId);
  }

  close(): void {
    this.#emitter.clear();
  }

  #enter(channel: string, nodeId: NodeId | null): void {
    const before = this.#current.get(channel);
    if (nodeId === null) this.#current.delete(channel);
    else this.#current.set(channel, nodeId);
    if (before === undefined || before === nodeId) return;
    const nowMs = this.clock.nowMs();
    this.#forget(nowMs);
    const others = (this.#earlier.get(channel) ?? []).filter((one) => one.nodeId !== before);
    const untilMs = nowMs + LINGER_MS + MARGIN_MS;
    this.#earlier.set(channel, [{ nodeId: before, untilMs }, ...others]);
    this.#emitter.emit('moved', channel, before);
  }

  #forget(nowMs: number): void {
    for (const [channel, nodes] of this.#earlier)
      if (nodes.every(({ untilMs }) => untilMs <= nowMs)) this.#earlier.delete(channel);
  }
}

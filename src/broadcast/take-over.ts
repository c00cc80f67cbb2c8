import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import type { Channel } from '../channels/channel.js';
import { CLUSTER, type Cluster, type NodeId } from '../cluster/cluster.js';
import { NodeDrain } from '../cluster/node-drain.js';
import { CallError, NODE_CALLS, type NodeCalls } from '../cluster/node-calls.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import { BroadcastSource } from '../protocol/broadcast.js';
import { BroadcastFactory } from './broadcast-factory.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastRepository, type GivenState } from './broadcast.repository.js';
import { BroadcastDirectory } from './directory.js';
import { LINGER_MS, type LiveBroadcast, type MovedPublisher } from './live-broadcast.js';
import type { LiveChannel } from './live-channel.js';
import { LiveChannels } from './live-channels.js';
import type { Peer } from './peer.js';
import { RemoteMediaRegistry } from './remote-media-registry.js';
import { type RunningBroadcast, RunningRepository } from './running.repository.js';

/** The call with which a node asks the owner of a broadcast to hand it over. */
const RELEASE = 'release';
/**
 * The time limit is long enough for an owner that is still creating a connection for the publisher.
 */
const RELEASE_TIMEOUT_MS = 5_000;
/** The maximum number of attempts per start. Another attempt is made if the owner has changed. */
const TRIES = 4;
const RETRY_MS = 1_000;

/** A publisher's proof for taking over a broadcast from another connection. */
export const TakeOverProof = z.object({
  source: BroadcastSource,
  /** See `publisher:start`. */
  resumeToken: z.string().optional(),
  /** Whether the publisher's media already arrives at the calling node. */
  moves: z.boolean().optional(),
});
export type TakeOverProof = z.output<typeof TakeOverProof>;

/** Whether a publisher may take over a broadcast that another connection is publishing. */
export type TakeOverRule = (
  broadcast: LiveBroadcast,
  proof: TakeOverProof,
) => boolean | Promise<boolean>;

const ReleaseRequest = z.object({
  channelId: z.uuid(),
  broadcastId: z.uuid(),
  proof: TakeOverProof,
});
/**
 * `gone`: the answering node no longer owns the broadcast. The database shows the new owner by
 * then.
 */
const Released = z.object({ outcome: z.enum(['released', 'refused', 'gone']) });

/**
 * Moves broadcasts to the node to which their publisher connects. The owner decides whether a
 * publisher may replace the current one, by the same rules as within one node.
 */
@Injectable()
export class TakeOver implements OnModuleInit {
  /** The number of broadcasts that have just moved to other nodes. */
  #lingering = 0;
  readonly #rules = new Map<BroadcastSource, TakeOverRule>();

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly directory: BroadcastDirectory,
    private readonly journal: BroadcastJournal,
    private readonly factory: BroadcastFactory,
    private readonly repository: BroadcastRepository,
    private readonly running: RunningRepository,
    private readonly remoteMedia: RemoteMediaRegistry,
    drain: NodeDrain,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {
    drain.waitFor(() => this.#lingering);
  }

  onModuleInit(): void {
    this.calls.answer(RELEASE, (body, from) => this.#release(ReleaseRequest.parse(body), from));
  }

  /** Sets the rule for publishers of one kind. */
  setRule(source: BroadcastSource, rule: TakeOverRule): void {
    this.#rules.set(source, rule);
  }

  /**
   * @throws {DomainError} `already_publishing` unless the broadcast has no publisher, or the caller
   *   may take its place
   */
  async assertFree(
    broadcast: LiveBroadcast,
    peer: Peer | null,
    proof: TakeOverProof,
  ): Promise<void> {
    const by = broadcast.publisherPeerId;
    if (by === null || by === peer?.id) return;
    if (await this.#rules.get(proof.source)?.(broadcast, proof)) return;
    throw alreadyPublishing();
  }

  /**
   * Brings the channel's broadcast here from another node. Resolves to null if none runs. Must be
   * called in the channel's queue.
   * @param moved the publisher, if its media already arrives here
   * @throws {DomainError} `already_publishing`; `unavailable` if the owner doesn't answer but may
   *   still be running
   */
  async bring(
    live: LiveChannel,
    { id: channelId }: Channel,
    proof: TakeOverProof,
    moved: MovedPublisher | null = null,
  ): Promise<LiveBroadcast | null> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      // The end of a broadcast on this node may not be stored yet.
      await this.journal.settled();
      const stored = (await this.running.of(channelId)).at(-1);
      if (!stored) return null;
      const epoch = await this.#obtain(stored, proof);
      if (epoch !== null) return this.adopt(live, stored, epoch, moved);
    }
    throw notNow();
  }

  /** Continues a stored broadcast on this node, which already owns it. */
  adopt(
    live: LiveChannel,
    stored: RunningBroadcast,
    epoch: number,
    moved: MovedPublisher | null = null,
  ): LiveBroadcast {
    const { id, channelId } = stored;
    const broadcast = this.factory.continue(stored, epoch, moved);
    this.journal.follow(broadcast, channelId);
    this.remoteMedia.tookOver(channelId, broadcast);
    live.put(broadcast);
    this.directory.tookOver({ id, epoch, channelId });
    this.log.info({ channel: stored.channel, broadcastId: id, epoch }, 'took over a broadcast');
    return broadcast;
  }

  /**
   * Resolves with the epoch in which this node owns the broadcast, or null if the caller should
   * retry.
   */
  async #obtain(stored: RunningBroadcast, proof: TakeOverProof): Promise<number | null> {
    const { nodeId, hasOwner, epoch } = stored;
    const { self } = this.cluster;
    // This node already owns the broadcast if the previous owner's reply was lost.
    if (nodeId === null || nodeId === self || !hasOwner) return this.#take(stored, nodeId === self);
    try {
      const outcome = await this.#callOwner(stored, nodeId, proof);
      if (outcome === 'refused') throw alreadyPublishing();
      return outcome === 'released' ? epoch + 1 : null;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (!(await this.cluster.isDead(nodeId))) throw notNow(error);
      return this.#take(stored, true);
    }
  }

  async #callOwner(stored: RunningBroadcast, owner: NodeId, proof: TakeOverProof) {
    const body = { channelId: stored.channelId, broadcastId: stored.id, proof };
    const answer = await this.calls.call(owner, RELEASE, body, { timeoutMs: RELEASE_TIMEOUT_MS });
    return Released.parse(answer).outcome;
  }

  async #take(stored: RunningBroadcast, isDead: boolean): Promise<number | null> {
    const nowMs = this.clock.nowMs();
    const taken = await this.repository.take(stored, { to: this.cluster.self, isDead, nowMs });
    return taken ? stored.epoch + 1 : null;
  }

  /** Answers another node to which the publisher of a broadcast has connected. */
  async #release(
    { channelId, broadcastId, proof }: z.output<typeof ReleaseRequest>,
    to: NodeId,
  ): Promise<z.output<typeof Released>> {
    const live = this.liveChannels.find(channelId);
    const outcome = await live?.queue.run(async () => {
      const { broadcast } = live;
      if (broadcast?.id !== broadcastId) return 'gone';
      try {
        await this.assertFree(broadcast, null, proof);
      } catch (error) {
        if (error instanceof DomainError) return 'refused';
        throw error;
      }
      return this.#handOver(live, broadcast, { to, moves: proof.moves ?? false });
    });
    // The caller reads the database next, so it must be up to date.
    if (outcome === undefined || outcome === 'gone') await this.journal.settled();
    return { outcome: outcome ?? 'gone' };
  }

  async #handOver(
    live: LiveChannel,
    broadcast: LiveBroadcast,
    { to, moves }: { to: NodeId; moves: boolean },
  ): Promise<'released' | 'gone'> {
    const { id, epoch, view, thumbnailPath, wasLive } = broadcast;
    const state = stateAfter({ moves, wasLive });
    if (!(await this.journal.give(broadcast, to, state))) {
      await this.journal.checkOwner(broadcast);
      return 'gone';
    }
    this.directory.handedOver({
      nodeId: to,
      epoch: epoch + 1,
      id,
      channelId: live.id,
      channel: live.name,
      view: { ...view, state },
      thumbnailPath,
      uplinkMs: null,
      clockAheadMs: 0,
    });
    broadcast.release(moves ? 'moved' : 'taken_over');
    if (moves) this.#linger();
    return 'released';
  }

  /** Keeps a drain waiting until the other nodes have switched to the new owner. */
  #linger(): void {
    this.#lingering += 1;
    setTimeout(() => (this.#lingering -= 1), LINGER_MS);
  }
}

function stateAfter({ moves, wasLive }: { moves: boolean; wasLive: boolean }): GivenState {
  if (!wasLive) return 'starting';
  return moves ? 'live' : 'interrupted';
}

function alreadyPublishing(): DomainError {
  return new DomainError(
    'already_publishing',
    'This channel is live from another tab, encoder or device. End that broadcast first.',
  );
}

function notNow(cause?: unknown): DomainError {
  return new DomainError(
    'unavailable',
    'The server on which this broadcast is running isn’t responding. Try again in a moment.',
    { cause, retryAfterMs: RETRY_MS },
  );
}

import { setTimeout as pause } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CLUSTER, type Cluster, type NodeId } from '../cluster/cluster.js';
import type { EndReason } from '../protocol/broadcast.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import {
  type BroadcastRecord,
  BroadcastRepository,
  type GivenState,
  type Turn,
} from './broadcast.repository.js';
import type { ReleaseReason } from './current-publisher.js';
import type { LiveBroadcast } from './live-broadcast.js';
import { LiveChannels } from './live-channels.js';

/** The interval at which a heartbeat is stored for each running broadcast. */
const SIGN_OF_LIFE_MS = 10_000;
const RETRY_DELAYS_MS = [200, 1_000, 5_000];
/** The interval between two queries whether a broadcast may end. */
const ASK_AGAIN_MS = 1_000;

/**
 * Stores the phases of broadcasts, in order and in the background, so that broadcasts continue
 * while the database is slow or unavailable. If a write still fails after the retries, the failure
 * is logged, and the state is stored again with the next heartbeat. A broadcast that another node
 * has taken over is released instead of being stored.
 */
@Injectable()
export class BroadcastJournal implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #queue = new SerialQueue(10_000);
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly repository: BroadcastRepository,
    private readonly liveChannels: LiveChannels,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.#signOfLife(), SIGN_OF_LIFE_MS);
  }

  /**
   * Ends all broadcasts, or leaves them to other nodes, and waits until everything is written. Runs
   * while the database is still open.
   */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    this.liveChannels.stop();
    await this.settled();
  }

  /** Resolves once everything queued so far has been written or has failed. */
  async settled(): Promise<void> {
    await this.#queue.run(() => undefined);
  }

  /**
   * Stores a new broadcast and each phase that it enters. Rejects if it can't be stored.
   * @param limits see {@link BroadcastRepository.createIfNone}; null if this is the only node
   */
  async open(
    broadcast: LiveBroadcast,
    channelId: string,
    limits: Readonly<{ ownerId: string; perAccount: number }> | null,
  ): Promise<'created' | 'taken' | 'limit'> {
    const record = this.#recordOf(broadcast, channelId);
    const result = limits
      ? await this.repository.createIfNone(record, limits)
      : await this.repository.create(record).then(() => 'created' as const);
    if (result === 'created') this.follow(broadcast, channelId);
    return result;
  }

  /**
   * Stores each phase that a stored broadcast enters. A broadcast that ends before media arrives is
   * deleted.
   */
  follow(broadcast: LiveBroadcast, channelId: string): void {
    broadcast.events.on('phaseEntered', ({ name }) => {
      if (name === 'ended' && !broadcast.wasLive) this.#forget(broadcast);
      else this.#save(broadcast, channelId);
    });
    broadcast.events.on('released', (reason) => this.#released(broadcast, reason));
    // The broadcast is in this phase from the start, because its publisher moved here first.
    if (broadcast.phase.name === 'live') this.#save(broadcast, channelId);
  }

  /**
   * Gives a broadcast to another node. Resolves to false if this node no longer owns it.
   * @param state see {@link BroadcastRepository.give}
   */
  give(broadcast: LiveBroadcast, to: NodeId, state: GivenState): Promise<boolean> {
    const turn = this.#turnOf(broadcast);
    return this.#queue.run(() =>
      this.repository.give(turn, { to, state, nowMs: this.clock.nowMs() }),
    );
  }

  /** Returns why a broadcast ended, or null if it has not ended or is unknown. */
  endReasonOf(broadcastId: string): Promise<EndReason | null> {
    return this.repository.endReason(broadcastId);
  }

  /**
   * Resolves with whether a broadcast whose grace period has elapsed may end. It may unless another
   * node has taken it over. Waits until the database can be read.
   */
  async mayEnd(broadcast: LiveBroadcast): Promise<boolean> {
    for (;;)
      try {
        return await this.checkOwner(broadcast);
      } catch (err) {
        this.log.debug(
          { err, broadcastId: broadcast.id },
          'could not determine whether a broadcast can end; retrying',
        );
        await pause(ASK_AGAIN_MS, undefined, { ref: false });
      }
  }

  /**
   * Resolves with whether this node owns a broadcast. If it doesn't, the broadcast is released, or
   * ended if its channel was deleted.
   */
  async checkOwner(broadcast: LiveBroadcast): Promise<boolean> {
    const isOwned = await this.repository.isOwned(this.#turnOf(broadcast));
    if (isOwned === null) broadcast.end('channel_deleted');
    else if (!isOwned) broadcast.release('fenced');
    return isOwned === true;
  }

  #signOfLife(): void {
    for (const { id, broadcast } of this.liveChannels.channels)
      if (broadcast) this.#save(broadcast, id);
  }

  #save(broadcast: LiveBroadcast, channelId: string): void {
    const record = this.#recordOf(broadcast, channelId);
    this.#enqueue(record.id, async () => {
      const isSaved = await this.repository.save(record, this.clock.nowMs());
      if (!isSaved && broadcast.phase.name !== 'ended') await this.checkOwner(broadcast);
    });
  }

  #forget(broadcast: LiveBroadcast): void {
    this.#enqueue(broadcast.id, () => this.repository.remove(this.#turnOf(broadcast)));
  }

  #released(broadcast: LiveBroadcast, reason: ReleaseReason): void {
    if (reason !== 'stopping') return;
    this.#enqueue(broadcast.id, async () => {
      const state = broadcast.wasLive ? 'interrupted' : 'starting';
      const nowMs = this.clock.nowMs();
      await this.repository.give(this.#turnOf(broadcast), { to: null, state, nowMs });
    });
  }

  #enqueue(broadcastId: string, write: () => Promise<void>): void {
    void this.#queue
      .run(() => this.#write(broadcastId, write))
      .catch((err: unknown) =>
        this.log.error({ err, broadcastId }, 'a broadcast could not be stored'),
      );
  }

  async #write(broadcastId: string, write: () => Promise<void>): Promise<void> {
    for (const delayMs of RETRY_DELAYS_MS)
      try {
        return await write();
      } catch (err) {
        this.log.warn({ err, broadcastId }, 'the database did not respond; retrying');
        await pause(delayMs);
      }
    await write();
  }

  #turnOf({ id, epoch }: LiveBroadcast): Turn {
    return { id, epoch, nodeId: this.cluster.self };
  }

  #recordOf(broadcast: LiveBroadcast, channelId: string): BroadcastRecord {
    const { id, epoch, title, visibility, phase, source, startedAtMs, peakViewers } = broadcast;
    return {
      id,
      nodeId: this.cluster.self,
      epoch,
      channelId,
      title,
      visibility,
      state: phase.name,
      source,
      startedAtMs,
      endedAtMs: phase.name === 'ended' ? phase.atMs : null,
      endReason: phase.name === 'ended' ? phase.reason : null,
      peakViewers,
    };
  }
}

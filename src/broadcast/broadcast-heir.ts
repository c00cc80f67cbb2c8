import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastRepository } from './broadcast.repository.js';
import { BroadcastDirectory } from './directory.js';
import type { LiveChannel } from './live-channel.js';
import { LiveChannels } from './live-channels.js';
import { type RunningBroadcast, RunningRepository } from './running.repository.js';
import { TakeOver } from './take-over.js';

/**
 * How long after its grace period a broadcast without an owner can still be taken over. This allows
 * for a last heartbeat that is up to ten seconds old, and for the fifteen seconds that it takes to
 * detect a dead node.
 */
const LATE_MS = 30_000;

/**
 * Handles broadcasts whose node has died. A single node ends them at its next start. In a cluster,
 * another node takes them over, and they end after the grace period unless their publisher returns.
 * Also compares this node's own broadcasts with the database.
 */
@Injectable()
export class BroadcastHeir implements OnApplicationBootstrap {
  /** The differences from the database at the last check. */
  #differences = new Map<string, string>();
  #isBusy = false;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly directory: BroadcastDirectory,
    private readonly journal: BroadcastJournal,
    private readonly takeOver: TakeOver,
    private readonly repository: BroadcastRepository,
    private readonly running: RunningRepository,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.node.url === null) return this.#endAll();
    this.directory.events.on('refreshed', (running) => {
      if (this.#isBusy) return;
      this.#isBusy = true;
      void this.#care(running)
        .catch((err: unknown) =>
          this.log.warn({ err }, 'leftover broadcasts could not be taken over; retrying'),
        )
        .finally(() => {
          this.#isBusy = false;
        });
    });
    await this.#care(await this.running.all());
  }

  async #endAll(): Promise<void> {
    let ended = 0;
    for (const leftOver of await this.running.all())
      if ((await this.repository.closeLeftOver(leftOver)) && leftOver.state !== 'starting')
        ended += 1;
    if (ended > 0) this.log.warn({ broadcasts: ended }, 'ended broadcasts left over from a crash');
  }

  async #care(running: readonly RunningBroadcast[]): Promise<void> {
    if (this.liveChannels.isStopping) return;
    const before = this.#differences;
    this.#differences = new Map();
    for (const stored of running) {
      const live = this.liveChannels.find(stored.channelId);
      const isHere = live?.broadcast?.id === stored.id;
      if (isHere) await this.#compare(live, stored, before);
      else if (stored.nodeId === this.cluster.self) await this.#claimOwn(stored, before);
      else if (!stored.hasOwner) await this.#inherit(stored, false);
    }
    const ids = new Set(running.map(({ id }) => id));
    for (const { broadcast } of this.liveChannels.channels)
      if (broadcast && !ids.has(broadcast.id) && this.#isStill(broadcast.id, 'missing', before))
        await this.journal.checkOwner(broadcast);
  }

  /** Applies changes that other nodes stored for a broadcast that runs here. */
  async #compare(
    live: LiveChannel,
    stored: RunningBroadcast,
    before: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { broadcast } = live;
    if (!broadcast) return;
    if (stored.nodeId !== this.cluster.self || stored.epoch !== broadcast.epoch) {
      await this.journal.checkOwner(broadcast);
      return;
    }
    const { id, channelTitle, visibility } = stored;
    // While this node stores its own change, its state differs from the database, but for less than
    // a second.
    if (visibility !== broadcast.visibility && this.#isStill(id, `is ${visibility}`, before))
      live.setVisibility(visibility);
    if (channelTitle !== live.title && this.#isStill(`${id} title`, channelTitle, before))
      live.rename(channelTitle);
  }

  /** Continues a broadcast that another node handed over to this one in a reply that was lost. */
  async #claimOwn(stored: RunningBroadcast, before: ReadonlyMap<string, string>): Promise<void> {
    // The broadcast may have ended, and its end may not be stored yet.
    if (!this.#isStill(stored.id, `unknown ${stored.epoch}`, before)) return;
    await this.journal.settled();
    await this.#inherit(stored, true);
  }

  async #inherit(stored: RunningBroadcast, isOwn: boolean): Promise<void> {
    const { id, channelId, channel: name, channelTitle: title, state, lastSeenAt } = stored;
    const live = this.liveChannels.open({ id: channelId, name, title });
    try {
      await live.queue.run(async () => {
        if (live.broadcast?.id === id) return;
        const nowMs = this.clock.nowMs();
        const isOver = lastSeenAt.getTime() + this.config.broadcast.graceMs + LATE_MS < nowMs;
        if (state === 'starting' || isOver || live.broadcast) {
          if (await this.repository.closeLeftOver(stored))
            this.log.warn(
              { channel: name, broadcastId: id },
              'ended a broadcast left over from a stopped node',
            );
          return;
        }
        const how = { to: this.cluster.self, isDead: isOwn, nowMs };
        if (await this.repository.take(stored, how))
          this.takeOver.adopt(live, stored, stored.epoch + 1);
      });
    } finally {
      live.releaseIfUnused();
    }
  }

  /** Whether a difference already existed at the last check. Records it for the next check. */
  #isStill(key: string, difference: string, before: ReadonlyMap<string, string>): boolean {
    this.#differences.set(key, difference);
    return before.get(key) === difference;
  }
}

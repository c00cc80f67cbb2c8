import { setTimeout as wait } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { z } from 'zod';
import type { LiveBroadcast } from '../broadcast/live-broadcast.js';
import type { LiveChannel } from '../broadcast/live-channel.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import type { WatchedMedia } from '../broadcast/ports/media.js';
import { BUS, type Bus } from '../cluster/bus.js';
import { shared } from '../cluster/shared.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { isWhip } from '../protocol/is-whip.js';
import type { RestreamStatus } from '../protocol/restream.js';
import { equalBytes } from '../media/codecs/equal-bytes.js';
import { Secrets } from '../secrets/secrets.js';
import { RestreamDialer } from './restream-dialer.js';
import { RestreamRepository, type SealedTarget } from './restream.repository.js';
import { TargetSender } from './target-sender.js';
import { RelayThread } from './whip/relay-thread.js';
import { WhipEndpoint } from './whip/whip-endpoint.js';
import { WhipPublication, type WhipPublicationOptions } from './whip/whip-publication.js';
import { WhipSender } from './whip/whip-sender.js';

/** The retry delay after the database failed. */
const RETRY_MS = 2_000;
/** How long a stop of this server waits for WHIP servers to end their sessions. */
const ENDING_MS = 1_000;

/** Sends one broadcast to one target until it is closed. */
type Sender = Pick<TargetSender, 'status' | 'close'>;

/** A sender, and the target as it was when the sender started. */
type Sent = Readonly<{ sender: Sender; target: SealedTarget }>;

type Active = {
  readonly broadcast: LiveBroadcast;
  /** The active senders, by target id. */
  readonly sent: Map<string, Sent>;
  /** The number of the newest query for targets. The results of earlier queries are out of date. */
  query: number;
  retry?: NodeJS.Timeout;
};

/** Sends the broadcasts on this node to their channels' targets. */
@Injectable()
export class Restreams implements OnApplicationBootstrap, OnApplicationShutdown {
  /** By channel id. */
  readonly #active = new Map<string, Active>();
  /** Requests that end sessions, each of which takes a few seconds at most. */
  readonly #ending = new Set<Promise<void>>();
  readonly #log: Log;
  readonly #announce: (changed: { channelId: string }) => void;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly repository: RestreamRepository,
    private readonly dialer: RestreamDialer,
    private readonly secrets: Secrets,
    private readonly relays: RelayThread,
    @Inject(BUS) bus: Bus,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'restreams' });
    this.#announce = shared(bus, 'restream-targets', {
      schema: z.object({ channelId: z.uuid() }),
      apply: ({ channelId }) => void this.reload(channelId),
    });
  }

  onApplicationBootstrap(): void {
    this.liveChannels.events.on('stateChanged', (channel) => this.#update(channel));
  }

  async onApplicationShutdown(): Promise<void> {
    for (const channelId of this.#active.keys()) this.#stop(channelId);
    // Otherwise, their servers would refuse new sessions for some time.
    const limit = wait(ENDING_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.#ending), limit]);
    this.relays.close();
  }

  /** Applies a change to a channel's targets on the node that runs its broadcast. */
  targetsChanged(channelId: string): void {
    this.#announce({ channelId });
  }

  /** Returns the status of each target to which this node sends, by id; null if it sends to none. */
  statuses(channelId: string): Record<string, RestreamStatus> | null {
    const active = this.#active.get(channelId);
    if (!active) return null;
    return Object.fromEntries([...active.sent].map(([id, { sender }]) => [id, sender.status]));
  }

  #update({ id, broadcast }: LiveChannel): void {
    const active = this.#active.get(id);
    const isOn = broadcast !== null && broadcast.phase.name !== 'ended';
    if (active && (!isOn || active.broadcast !== broadcast)) this.#stop(id);
    if (!isOn || this.#active.has(id)) return;
    this.#active.set(id, { broadcast, sent: new Map(), query: 0 });
    void this.reload(id);
  }

  #stop(channelId: string): void {
    const active = this.#active.get(channelId);
    clearTimeout(active?.retry);
    for (const { sender } of active?.sent.values() ?? []) sender.close();
    this.#active.delete(channelId);
  }

  /**
   * Reads a channel's targets again, and resolves when the changes have been applied. Never
   * rejects.
   */
  async reload(channelId: string): Promise<void> {
    const active = this.#active.get(channelId);
    if (!active) return;
    clearTimeout(active.retry);
    active.query += 1;
    const { query } = active;
    const isCurrent = (): boolean =>
      this.#active.get(channelId) === active && active.query === query;
    try {
      const targets = await this.repository.enabled(channelId);
      if (isCurrent()) this.#apply(active, targets);
    } catch (err) {
      if (!isCurrent()) return;
      this.#log.warn({ err }, 'the targets of a channel can’t be read; retrying');
      active.retry = setTimeout(() => void this.reload(channelId), RETRY_MS).unref();
    }
  }

  #apply({ broadcast, sent }: Active, targets: readonly SealedTarget[]): void {
    const wanted = new Map(targets.map((target) => [target.id, target]));
    for (const [id, { sender, target }] of sent)
      if (!isSame(target, wanted.get(id))) {
        sender.close();
        sent.delete(id);
      }
    for (const target of targets) {
      const sender = sent.has(target.id) ? null : this.#start(broadcast, target);
      if (sender) sent.set(target.id, { sender, target });
    }
  }

  #start(broadcast: LiveBroadcast, { id, url, key: sealed }: SealedTarget): Sender | null {
    const { id: broadcastId, samples: source } = broadcast;
    const log = this.#log.child({ broadcastId, targetId: id });
    const key = this.secrets.unseal('restream', Buffer.from(sealed).toString('utf8'), id);
    if (key === null) {
      log.error('a stream key can’t be read: SECRET_KEY or secret.key has changed');
      return null;
    }
    const { dialer, clock, relays } = this;
    const dial: RestreamDialer['dial'] = (to, signal) => dialer.dial(to, signal);
    const common = { clock, random: Math.random, log };
    if (!isWhip(url))
      return new TargetSender({ ...common, destination: { url, key }, source, dial });
    const endpoint = this.#endpoint(new WhipEndpoint({ url, token: key, dial }));
    const isAllowed: WhipPublicationOptions['isAllowed'] = (at) => dialer.isAllowed(at);
    const publish = (media: WatchedMedia): WhipPublication =>
      new WhipPublication({ media, endpoint, relays, isAllowed, sessionId: clock.nowMs() });
    return new WhipSender({ ...common, host: new URL(url).host, broadcast, publish });
  }

  /** Returns an endpoint whose requests to end sessions are remembered until they are done. */
  #endpoint(endpoint: WhipEndpoint): WhipPublicationOptions['endpoint'] {
    return {
      publish: (offer, stopped) => endpoint.publish(offer, stopped),
      end: async (session) => {
        const ending = endpoint.end(session);
        this.#ending.add(ending);
        await ending;
        this.#ending.delete(ending);
      },
    };
  }
}

/**
 * Whether the target's URL and key are unchanged. A key that is set again is sealed differently,
 * even if it is the same.
 */
function isSame(before: SealedTarget, after: SealedTarget | undefined): boolean {
  return after?.url === before.url && equalBytes(after.key, before.key);
}

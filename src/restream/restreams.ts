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
import { BUS, type Bus } from '../cluster/bus.js';
import { shared } from '../cluster/shared.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import type { RestreamStatus } from '../protocol/restream.js';
import { Secrets } from '../secrets/secrets.js';
import { RestreamDialer } from './restream-dialer.js';
import { RestreamRepository, type SealedTarget } from './restream.repository.js';
import { TargetSender } from './target-sender.js';

/** How long to wait after the database failed. */
const RETRY_MS = 2_000;

type Active = {
  readonly broadcast: LiveBroadcast;
  /** The senders by the ids of their targets. */
  readonly senders: Map<string, TargetSender>;
  /** The number of the newest query for targets; results of earlier ones are out of date. */
  query: number;
  retry?: NodeJS.Timeout;
};

/** Sends the broadcasts that run on this node to their channels' targets. */
@Injectable()
export class Restreams implements OnApplicationBootstrap, OnApplicationShutdown {
  /** By channel id. */
  readonly #active = new Map<string, Active>();
  readonly #log: Log;
  readonly #announce: (changed: { channelId: string }) => void;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly repository: RestreamRepository,
    private readonly dialer: RestreamDialer,
    private readonly secrets: Secrets,
    @Inject(BUS) bus: Bus,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'restreams' });
    this.#announce = shared(bus, 'restream-targets', {
      schema: z.object({ channelId: z.uuid() }),
      apply: ({ channelId }) => this.#reload(channelId),
    });
  }

  onApplicationBootstrap(): void {
    this.liveChannels.events.on('stateChanged', (channel) => this.#update(channel));
  }

  onApplicationShutdown(): void {
    for (const channelId of this.#active.keys()) this.#stop(channelId);
  }

  /** Applies a change of a channel's targets on the node that runs its broadcast. */
  targetsChanged(channelId: string): void {
    this.#announce({ channelId });
  }

  /** Returns the status of each target to which this node sends, by id; null if it sends to none. */
  statuses(channelId: string): Record<string, RestreamStatus> | null {
    const active = this.#active.get(channelId);
    if (!active) return null;
    return Object.fromEntries([...active.senders].map(([id, { status }]) => [id, status]));
  }

  #update({ id, broadcast }: LiveChannel): void {
    const active = this.#active.get(id);
    const isOn = broadcast !== null && broadcast.phase.name !== 'ended';
    if (active && (!isOn || active.broadcast !== broadcast)) this.#stop(id);
    if (!isOn || this.#active.has(id)) return;
    this.#active.set(id, { broadcast, senders: new Map(), query: 0 });
    this.#reload(id);
  }

  #stop(channelId: string): void {
    const active = this.#active.get(channelId);
    clearTimeout(active?.retry);
    for (const sender of active?.senders.values() ?? []) sender.close();
    this.#active.delete(channelId);
  }

  #reload(channelId: string): void {
    const active = this.#active.get(channelId);
    if (!active) return;
    clearTimeout(active.retry);
    active.query += 1;
    const { query } = active;
    const isCurrent = (): boolean =>
      this.#active.get(channelId) === active && active.query === query;
    this.repository.enabled(channelId).then(
      (targets) => {
        if (isCurrent()) this.#apply(active, targets);
      },
      (err: unknown) => {
        if (!isCurrent()) return;
        this.#log.warn({ err }, 'the targets of a channel can’t be read; retrying');
        active.retry = setTimeout(() => this.#reload(channelId), RETRY_MS).unref();
      },
    );
  }

  #apply({ broadcast, senders }: Active, targets: readonly SealedTarget[]): void {
    const wanted = new Set(targets.map(({ id }) => id));
    for (const [id, sender] of senders)
      if (!wanted.has(id)) {
        sender.close();
        senders.delete(id);
      }
    for (const target of targets)
      if (!senders.has(target.id)) this.#start(broadcast, target, senders);
  }

  #start(
    { id: broadcastId, samples }: LiveBroadcast,
    { id, url, key: sealed }: SealedTarget,
    senders: Map<string, TargetSender>,
  ): void {
    const log = this.#log.child({ broadcastId, targetId: id });
    const key = this.secrets.unseal('restream', Buffer.from(sealed).toString('utf8'), id);
    if (key === null)
      return log.error('a stream key can’t be read: SECRET_KEY or secret.key has changed');
    const { dialer, clock } = this;
    const sender = new TargetSender({
      destination: { url, key },
      source: samples,
      dial: (to, signal) => dialer.dial(to, signal),
      clock,
      random: Math.random,
      log,
    });
    senders.set(id, sender);
  }
}

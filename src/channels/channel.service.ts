import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { BUS, type Bus } from '../cluster/bus.js';
import { shared } from '../cluster/shared.js';
import { Visibility } from '../protocol/access.js';
import { AccessService } from '../access/access.service.js';
import { channelNotFound } from '../access/refusals.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { CONFIG, type Config } from '../config/config.js';
import type { ChannelChange, ChannelList, ChannelView, NewChannel } from '../protocol/channel.js';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import type { ChannelQuery } from '../protocol/paging.js';
import type { EventOrigin } from '../security-log/security-event.js';
import type { Channel } from './channel.js';
import { ChannelRepository } from './channel.repository.js';
import { LIVE_STATUS, type LiveStatus } from './live-status.js';

/**
 * How long a lookup is cached, so that many simultaneous viewers share it. A change that isn't
 * announced takes effect within this time.
 */
const CACHE_MS = 1_000;
/** The maximum number of cached channels. Beyond it, the oldest entry is evicted. */
const CACHE_MAX = 1_000;

type Cached = { channel: Promise<Channel>; untilMs: number };

/** A channel in a message to other nodes. */
const ChangedChannel = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  ownerId: z.string(),
  ownerUsername: z.string(),
  visibility: Visibility,
  createdAt: z.coerce.date(),
  lastLiveAt: z.coerce.date().nullable(),
});

/** Manages channels. Owners create, change and delete them, and everyone can find them. */
@Injectable()
export class ChannelService {
  readonly #emitter = new TypedEmitter<{
    titleChanged: [channel: Channel];
    channelDeleted: [channel: Channel];
  }>();
  readonly events = this.#emitter.listenable;
  readonly #cache = new Map<string, Cached>();
  readonly #perAccount: number;
  readonly #titleChanged: (channel: Channel) => void;
  readonly #deleted: (channel: Channel) => void;

  constructor(
    private readonly repository: ChannelRepository,
    @Inject(LIVE_STATUS) private readonly liveStatus: LiveStatus,
    private readonly access: AccessService,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUS) bus: Bus,
  ) {
    this.#titleChanged = shared(bus, 'channel-titled', {
      schema: ChangedChannel,
      apply: (channel) => {
        this.#cache.delete(channel.name);
        this.#emitter.emit('titleChanged', channel);
      },
    });
    this.#deleted = shared(bus, 'channel-deleted', {
      schema: ChangedChannel,
      apply: (channel) => this.#emitter.emit('channelDeleted', channel),
    });
    this.#perAccount = config.broadcast.channelsPerAccount;
    access.events.on('changed', (name) => this.#cache.delete(name));
  }

  /** @throws {DomainError} `channel_not_found` */
  async get(name: string): Promise<Channel> {
    const nowMs = this.clock.nowMs();
    const cached = this.#cache.get(name);
    if (cached && nowMs < cached.untilMs) return cached.channel;
    const entry = { channel: this.#find(name), untilMs: nowMs + CACHE_MS };
    this.#cache.delete(name);
    this.#cache.set(name, entry);
    this.#forgetOldest();
    entry.channel.catch(() => {
      if (this.#cache.get(name) === entry) this.#cache.delete(name);
    });
    return entry.channel;
  }

  /**
   * Lists channels. Live ones are first, ordered by number of viewers, followed by the most
   * recently live ones. The list contains public channels, private ones of which `accountId` is a
   * member and, if `owner` is the caller, all of the caller's own channels.
   */
  async list(
    { limit, offset, owner }: ChannelQuery,
    accountId: string | null,
  ): Promise<ChannelList> {
    const which = { owner, accountId };
    const liveIds = this.liveStatus.liveChannelIds();
    const live = (await this.repository.findAll(liveIds, which)).toSorted(
      (a, b) => this.liveStatus.viewers(b.id) - this.liveStatus.viewers(a.id),
    );
    const page = live.slice(offset, offset + limit);
    if (page.length < limit)
      page.push(
        ...(await this.repository.list({
          exceptIds: liveIds,
          which,
          skip: Math.max(0, offset - live.length),
          take: limit - page.length,
        })),
      );
    return page.map((channel) => this.view(channel));
  }

  /**
   * @throws {DomainError} `channel_name_taken`, `channel_limit`; `not_logged_in` if the account no
   *   longer exists
   */
  async create(ownerId: string, channel: NewChannel): Promise<Channel> {
    const created = await this.repository.create({ ...channel, ownerId }, this.#perAccount);
    if (created === 'name_taken')
      throw new DomainError(
        'channel_name_taken',
        `The name “${channel.name}” is taken. Choose another one.`,
      );
    if (created === 'limit_reached')
      throw new DomainError(
        'channel_limit',
        `An account can have up to ${this.#perAccount} ${this.#perAccount === 1 ? 'channel' : 'channels'}. Delete one to create another.`,
      );
    if (created === 'no_owner') throw new DomainError('not_logged_in', 'Log in first.');
    this.access.changed(created.name);
    return created;
  }

  /** @throws {DomainError} `channel_not_found`; `forbidden` unless the account owns the channel */
  async change(name: string, accountId: string, { title }: ChannelChange): Promise<Channel> {
    const { id } = await this.#own(name, accountId);
    const changed = await this.repository.setTitle(id, title);
    if (changed === null) throw channelNotFound(name);
    this.#titleChanged(changed);
    return changed;
  }

  /**
   * Deletes a channel with its broadcasts and chat, and ends a running broadcast.
   * @throws {DomainError} `channel_not_found`; `forbidden` unless the account owns the channel
   */
  async delete(name: string, accountId: string, from: EventOrigin): Promise<void> {
    const channel = await this.#own(name, accountId);
    const event = { accountId, kind: 'channel_deleted', subject: name, from } as const;
    await this.repository.delete(channel.id, { event, at: new Date(this.clock.nowMs()) });
    this.access.changed(name);
    this.#deleted(channel);
  }

  /** Returns what is visible to everyone who can watch the channel. */
  view({
    id,
    name,
    title,
    ownerUsername,
    visibility,
    createdAt,
    lastLiveAt,
  }: Channel): ChannelView {
    return {
      name,
      title,
      owner: ownerUsername,
      visibility,
      createdAt: createdAt.toISOString(),
      broadcast: this.liveStatus.current(id),
      viewers: this.liveStatus.viewers(id),
      thumbnail: this.liveStatus.thumbnailPath(id),
      lastLiveAt: lastLiveAt?.toISOString() ?? null,
    };
  }

  async #find(name: string): Promise<Channel> {
    const channel = CHANNEL_NAME_PATTERN.test(name) ? await this.repository.find(name) : null;
    if (channel === null) throw channelNotFound(name);
    return channel;
  }

  async #own(name: string, accountId: string): Promise<Channel> {
    const channel = await this.#find(name);
    if (channel.ownerId !== accountId)
      throw new DomainError('forbidden', 'This channel belongs to another account.');
    return channel;
  }

  #forgetOldest(): void {
    if (this.#cache.size <= CACHE_MAX) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }
}

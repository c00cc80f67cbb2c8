import { Inject, Injectable } from '@nestjs/common';
import { AccessService } from '../access/access.service.js';
import { type Visitor } from '../access/visitor.js';
import { channelNotFound } from '../access/refusals.js';
import type { Channel } from '../channels/channel.js';
import { ChannelService } from '../channels/channel.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { ChannelView } from '../protocol/channel.js';
import type { FollowList, FollowView } from '../protocol/follow.js';
import { FOLLOWS_MAX } from '../protocol/limits.js';
import type { Page } from '../protocol/paging.js';
import { FollowRepository, type StoredFollow } from './follow.repository.js';

/** The number of cached follows; the oldest is evicted. */
const KNOWN_MAX = 50_000;

/** Accounts that follow channels. */
@Injectable()
export class FollowService {
  /** `changed`: an account followed or unfollowed a channel. */
  readonly events = new TypedEmitter<{
    changed: [channelId: string, accountId: string, since: Date | null];
  }>();
  /** By channel's and account's id. Null: doesn't follow. */
  readonly #known = new Map<string, Date | null>();

  constructor(
    private readonly repository: FollowRepository,
    private readonly channels: ChannelService,
    private readonly access: AccessService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** When the account followed the channel, usually from the cache; null: it doesn't follow. */
  async since(channelId: string, accountId: string): Promise<Date | null> {
    const key = `${channelId} ${accountId}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const since = await this.repository.since(channelId, accountId);
    // A change during the read is newer.
    const changed = this.#known.get(key);
    if (changed !== undefined) return changed;
    this.#remember(key, since);
    return since;
  }

  /** @throws {DomainError} `channel_not_found`, `follow_limit`; `forbidden` for one's own channel. */
  async follow(
    channel: Pick<Channel, 'id' | 'name' | 'ownerId'>,
    accountId: string,
  ): Promise<void> {
    if (channel.ownerId === accountId)
      throw new DomainError('forbidden', 'This channel is your own.');
    const at = new Date(this.clock.nowMs());
    const done = await this.repository.add(channel.id, accountId, at);
    if (done === 'channel_gone') throw channelNotFound(channel.name);
    if (done === 'too_many')
      throw new DomainError(
        'follow_limit',
        `An account can follow ${FOLLOWS_MAX} channels. Unfollow some first.`,
      );
    this.#known.delete(`${channel.id} ${accountId}`);
    this.events.emit('changed', channel.id, accountId, await this.since(channel.id, accountId));
  }

  /** Does nothing if the account doesn't follow the channel. */
  async unfollow({ id }: Pick<Channel, 'id'>, accountId: string): Promise<void> {
    await this.repository.remove(id, accountId);
    this.#remember(`${id} ${accountId}`, null);
    this.events.emit('changed', id, accountId, null);
  }

  /** Returns a visitor's follow state; visitors without an account follow nothing. */
  async view(channelId: string, accountId: string | null): Promise<FollowView> {
    const [since, followers] = await Promise.all([
      accountId === null ? null : this.since(channelId, accountId),
      this.repository.count(channelId),
    ]);
    return { since: since?.toISOString() ?? null, followers };
  }

  /** Lists the followed channels that the visitor may watch, live ones first. */
  async list(visitor: Visitor, { limit, offset }: Page): Promise<FollowList> {
    const accountId = visitor.identity.account?.id;
    if (accountId === undefined) return [];
    const page = { skip: offset, take: limit };
    const follows = await this.repository.list(accountId, page);
    const views = await Promise.all(follows.map((follow) => this.#viewOf(follow, visitor)));
    return views
      .filter((view) => view !== null)
      .toSorted((a, b) => Number(isOn(b.channel)) - Number(isOn(a.channel)));
  }

  /** Null for a channel that the visitor may not watch. */
  async #viewOf(
    { channelName, since }: StoredFollow,
    visitor: Visitor,
  ): Promise<FollowList[number] | null> {
    const access = await this.access.find(channelName);
    if (this.access.decide(access, visitor) !== 'allowed') return null;
    try {
      const channel = this.channels.view(await this.channels.get(channelName));
      return { since: since.toISOString(), channel };
    } catch (error) {
      // It was just deleted.
      if (error instanceof DomainError && error.code === 'channel_not_found') return null;
      throw error;
    }
  }

  #remember(key: string, since: Date | null): void {
    this.#known.delete(key);
    this.#known.set(key, since);
    if (this.#known.size <= KNOWN_MAX) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

const isOn = ({ broadcast }: ChannelView): boolean => broadcast !== null;

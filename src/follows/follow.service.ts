import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AccessService } from '../access/access.service.js';
import { type Visitor } from '../access/visitor.js';
import { channelNotFound } from '../access/refusals.js';
import { BUS, type Bus } from '../cluster/bus.js';
import { shared } from '../cluster/shared.js';
import type { Channel } from '../channels/channel.js';
import { ChannelService } from '../channels/channel.service.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { CONFIG, type Config } from '../config/config.js';
import { DomainError } from '../common/domain-error.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { ChannelView } from '../protocol/channel.js';
import type { FollowList, FollowView } from '../protocol/follow.js';
import { FOLLOWS_MAX } from '../protocol/limits.js';
import type { Page } from '../protocol/paging.js';
import { FollowRepository, type StoredFollow } from './follow.repository.js';

/** The maximum number of cached follows; beyond it, the oldest is evicted. */
const KNOWN_MAX = 50_000;
/**
 * How long the nodes of a cluster cache follows. If the announcement of a change is lost, a node
 * sees the change within this time.
 */
const KNOWN_MS = 10_000;

type Known = Readonly<{ since: Date | null; untilMs: number }>;

/** A changed follow, as it is announced to all nodes. */
const FollowChange = z.object({
  channelId: z.string(),
  accountId: z.string(),
  since: z.coerce.date().nullable(),
});

/** Manages which accounts follow which channels. */
@Injectable()
export class FollowService {
  readonly #emitter = new TypedEmitter<{
    changed: [channelId: string, accountId: string, since: Date | null];
  }>();
  /** `changed`: an account followed or unfollowed a channel. */
  readonly events = this.#emitter.listenable;
  /**
   * The cached follows by channel id and account id; null if the account doesn't follow the
   * channel.
   */
  readonly #known = new Map<string, Known>();
  readonly #knownMs: number;
  readonly #changed: (change: z.output<typeof FollowChange>) => void;

  // oxlint-disable-next-line max-params -- Injected by Nest: follows, channels, access, the clock,
  // the bus and the configuration.
  constructor(
    private readonly repository: FollowRepository,
    private readonly channels: ChannelService,
    private readonly access: AccessService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUS) bus: Bus,
    @Inject(CONFIG) config: Config,
  ) {
    this.#knownMs = config.node.url === null ? Infinity : KNOWN_MS;
    this.#changed = shared(bus, 'follow-changed', {
      schema: FollowChange,
      apply: ({ channelId, accountId, since }) => {
        this.#remember(`${channelId} ${accountId}`, since);
        this.#emitter.emit('changed', channelId, accountId, since);
      },
    });
    bus.onGap(() => this.#known.clear());
  }

  /**
   * Resolves with the time since which the account has followed the channel; null if it doesn't
   * follow it. The result is cached.
   */
  async since(channelId: string, accountId: string): Promise<Date | null> {
    const key = `${channelId} ${accountId}`;
    const known = this.#known.get(key);
    if (known && this.clock.nowMs() < known.untilMs) return known.since;
    const since = await this.repository.since(channelId, accountId);
    // A change that was announced during the read is newer than the result.
    const changed = this.#known.get(key);
    if (changed && changed !== known) return changed.since;
    this.#remember(key, since);
    return since;
  }

  /**
   * @throws {DomainError} `channel_not_found`, `follow_limit`; `forbidden` for the account's own
   *   channel
   */
  async follow(
    channel: Pick<Channel, 'id' | 'name' | 'ownerId'>,
    accountId: string,
  ): Promise<void> {
    if (channel.ownerId === accountId)
      throw new DomainError('forbidden', 'You can’t follow your own channel.');
    const at = new Date(this.clock.nowMs());
    const done = await this.repository.add(channel.id, accountId, at);
    if (done === 'channel_gone') throw channelNotFound(channel.name);
    if (done === 'too_many')
      throw new DomainError(
        'follow_limit',
        `You can follow up to ${FOLLOWS_MAX} channels. Unfollow some first.`,
      );
    // If the account already followed the channel, the original time is preserved.
    const since = await this.repository.since(channel.id, accountId);
    this.#changed({ channelId: channel.id, accountId, since });
  }

  /** Does nothing if the account doesn't follow the channel. */
  async unfollow({ id }: Pick<Channel, 'id'>, accountId: string): Promise<void> {
    await this.repository.remove(id, accountId);
    this.#changed({ channelId: id, accountId, since: null });
  }

  /** Returns a visitor's follow state; visitors without an account follow nothing. */
  async view(channelId: string, accountId: string | null): Promise<FollowView> {
    const [since, followers] = await Promise.all([
      accountId === null ? null : this.since(channelId, accountId),
      this.repository.count(channelId),
    ]);
    return { since: since?.toISOString() ?? null, followers };
  }

  /** Lists the followed channels that the visitor can watch, live ones first. */
  async list(visitor: Visitor, { limit, offset }: Page): Promise<FollowList> {
    const accountId = visitor.identity.account?.id;
    if (accountId === undefined) return [];
    const page = { skip: offset, take: limit };
    const follows = await this.repository.list(accountId, page);
    const views = await Promise.all(follows.map((follow) => this.#viewOf(follow, visitor)));
    return views
      .filter((view) => view !== null)
      .toSorted((a, b) => Number(isLive(b.channel)) - Number(isLive(a.channel)));
  }

  /** Returns null for a channel that the visitor isn't allowed to watch. */
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
      // The channel was just deleted.
      if (error instanceof DomainError && error.code === 'channel_not_found') return null;
      throw error;
    }
  }

  #remember(key: string, since: Date | null): void {
    this.#known.delete(key);
    this.#known.set(key, { since, untilMs: this.clock.nowMs() + this.#knownMs });
    if (this.#known.size <= KNOWN_MAX) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

const isLive = ({ broadcast }: ChannelView): boolean => broadcast !== null;

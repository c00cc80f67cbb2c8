import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { BUS, type Bus } from '../cluster/bus.js';
import { shared } from '../cluster/shared.js';
import { addressHash } from '../auth/address-hash.js';
import { isUuid } from '../common/uuid.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { Visibility } from '../protocol/access.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { Secrets } from '../secrets/secrets.js';
import { AccessMemory } from './access-memory.js';
import { AccountAddresses } from './account-addresses.js';
import {
  type Asker,
  type ChannelAccess,
  type Decision,
  decide,
  isProtected,
  narrowed,
  passThatCounts,
  stricter,
} from './access-policy.js';
import { ChannelPasses } from './channel-passes.js';
import type { HlsGrant } from './hls-tokens.js';
import { assertAllowed, channelNotFound } from './refusals.js';
import type { Visitor } from './visitor.js';

const NONE: ReadonlySet<string> = new Set();

/** Decides who can see a channel and everything in it. Every entry point calls it. */
@Injectable()
export class AccessService {
  readonly #emitter = new TypedEmitter<{ changed: [name: string]; missed: [] }>();
  /**
   * `changed`: a channel's audience may have become narrower. `missed`: messages from other nodes
   * were lost, so the audience of any channel may have become narrower, or any channel may have
   * been deleted.
   */
  readonly events = this.#emitter.listenable;
  readonly #passes: ChannelPasses;
  readonly #changed: (name: string) => void;

  constructor(
    private readonly memory: AccessMemory,
    private readonly addresses: AccountAddresses,
    private readonly secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUS) bus: Bus,
  ) {
    this.#passes = new ChannelPasses(secrets);
    this.#changed = shared(bus, 'access-changed', {
      schema: z.string(),
      apply: (name) => this.changedElsewhere(name),
    });
    bus.onGap(() => {
      memory.forgetAll();
      this.#emitter.emit('missed');
    });
  }

  /**
   * Returns a channel's access from the cache, or null if no such channel exists. Returns a promise
   * if the access must be read first.
   */
  find(name: string): ChannelAccess | null | Promise<ChannelAccess | null> {
    return this.memory.find(name);
  }

  /** Decides whether a visitor can watch. */
  decide(channel: ChannelAccess | null, visitor: Visitor): Decision {
    return decide(channel, this.#askerOf(channel, visitor));
  }

  /**
   * Returns the content of the token with which an allowed visitor can fetch the channel's media.
   */
  grantTo(channel: ChannelAccess, visitor: Visitor): HlsGrant {
    const asker = this.#askerOf(channel, visitor);
    const { accountId, guestId } = asker;
    return {
      channelId: channel.id,
      version: channel.version,
      accountId,
      sessionId: accountId === null ? null : (visitor.identity.sessionId ?? null),
      guestId,
      // The hash is stored in the token, because a player's requests may come from a different
      // address.
      addressHash: accountId === null ? addressHash(this.secrets, visitor.address) : null,
      holder: passThatCounts(channel, asker)?.holder ?? null,
    };
  }

  /**
   * Whether the holder of a token is still allowed to fetch media. A token becomes invalid within
   * five seconds of its session's end.
   */
  mayFetch(channel: ChannelAccess, grant: HlsGrant): boolean {
    const { channelId, version, accountId, sessionId, guestId, addressHash: hash, holder } = grant;
    if (channelId !== channel.id || version !== channel.version) return false;
    if (sessionId !== null) this.memory.recordSession(channel.name, sessionId);
    if (sessionId !== null && channel.endedSessions.has(sessionId)) return false;
    const passes = holder === null ? [] : [{ version, holder }];
    const asker = { accountId, guestId, addressHash: hash, passes };
    this.#noticeDisabled(channel, asker);
    return decide(channel, asker) === 'allowed';
  }

  /**
   * Resolves with the channel's access if the visitor can watch it.
   * @throws {DomainError} `channel_not_found`, `password_required`
   */
  async enter(name: string, visitor: Visitor): Promise<ChannelAccess> {
    const channel = await this.memory.find(name);
    assertAllowed(this.decide(channel, visitor), name);
    if (channel === null) throw channelNotFound(name);
    return channel;
  }

  /**
   * Resolves if the visitor can watch a part of the channel that has its own visibility, such as a
   * running or ended broadcast.
   * @throws {DomainError} `channel_not_found`, `password_required`
   */
  async enterPart(name: string, visibility: Visibility, visitor: Visitor): Promise<void> {
    const channel = await this.memory.find(name);
    assertAllowed(this.decide(channel && narrowed(channel, visibility), visitor), name);
  }

  /**
   * Returns the ids of broadcasts with a narrower audience whose messages are hidden from this chat
   * participant. In a channel with a password, participants are assumed to have entered it.
   */
  async restrictedBroadcastsFor(
    name: string,
    { accountId, guestId }: Pick<Asker, 'accountId' | 'guestId'>,
  ): Promise<ReadonlySet<string>> {
    const channel = await this.memory.find(name);
    if (channel === null || channel.closedBroadcasts.size === 0) return NONE;
    const pass = { version: channel.version, holder: accountId ?? guestId };
    const passes = channel.visibility === 'password' ? [pass] : [];
    // Guests at a banned address were already refused.
    const asker = { accountId, guestId, addressHash: null, passes };
    const refused = (['password', 'private'] as const).filter(
      (visibility) => decide(narrowed(channel, visibility), asker) !== 'allowed',
    );
    const ids = [...channel.closedBroadcasts].filter(([, own]) =>
      refused.some((one) => one === own),
    );
    return new Set(ids.map(([id]) => id));
  }

  /**
   * Returns the ids of broadcasts with a narrower audience than the channel has now. Notifications
   * to everyone in the channel omit messages from these broadcasts.
   */
  async restrictedBroadcasts(name: string): Promise<ReadonlySet<string>> {
    const channel = await this.memory.find(name);
    if (channel === null || channel.closedBroadcasts.size === 0) return NONE;
    const { closedBroadcasts, visibility } = channel;
    const closed = [...closedBroadcasts].filter(
      ([, own]) => stricter(own, visibility) !== visibility,
    );
    return new Set(closed.map(([id]) => id));
  }

  /** Returns the visibilities of the parts of the channel that a visitor sees in lists. */
  async listed(name: string, visitor: Visitor): Promise<Visibility[]> {
    const channel = await this.memory.find(name);
    if (channel === null) return [];
    if (visitor.identity.account?.id === channel.ownerId) return [...Visibility.options];
    const closed = (['password', 'private'] as const).filter(
      (visibility) => this.decide(narrowed(channel, visibility), visitor) === 'allowed',
    );
    return ['public', ...closed];
  }

  /**
   * Whether the channel might be protected. Uses only the cache, so the answer is true for a
   * channel that isn't cached.
   */
  mayBeProtected(name: string): boolean {
    const known = this.memory.known(name);
    return !known || isProtected(known);
  }

  /** Reads a channel's access again, to detect changes that were not announced. */
  read(name: string): Promise<ChannelAccess | null> {
    return this.memory.read(name);
  }

  /**
   * Must be called after any change to a channel's access. Disconnects everyone who is no longer
   * allowed, on all nodes.
   */
  changed(name: string): void {
    this.#changed(name);
  }

  /**
   * Applies a change on this node only. Runs on every node when {@link changed} announces a change;
   * must also be called for changes that reach this node in any other way.
   */
  changedElsewhere(name: string): void {
    this.memory.forget(name);
    this.#emitter.emit('changed', name);
  }

  #askerOf(channel: ChannelAccess | null, { identity, passes, address }: Visitor): Asker {
    const accountId = identity.account?.id ?? null;
    const { guestId } = identity;
    if (accountId !== null) this.addresses.seen(accountId, address);
    if (channel === null) return { accountId, guestId, addressHash: null, passes: [] };
    const isAddressAsked = accountId === null && channel.bannedAddresses.size > 0;
    const asker = {
      accountId,
      guestId,
      addressHash: isAddressAsked ? addressHash(this.secrets, address) : null,
      passes: isProtected(channel) ? this.#passes.of(channel.id, passes, this.clock.nowMs()) : [],
    };
    this.#noticeDisabled(channel, asker);
    return asker;
  }

  /**
   * Makes sure that it is noticed if the visitor's account, or a holder of the visitor's passes, is
   * disabled.
   */
  #noticeDisabled({ name }: ChannelAccess, { accountId, passes }: Asker): void {
    if (accountId !== null) this.memory.recordAccount(name, accountId);
    for (const { holder } of passes) if (isUuid(holder)) this.memory.recordAccount(name, holder);
  }
}

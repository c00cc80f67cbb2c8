import { Inject, Injectable } from '@nestjs/common';
import { addressHash } from '../auth/address-hash.js';
import { isUuid } from '../auth/uuid.js';
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

/** Whether somebody may see a channel, and all that is in it; asked on every way in. */
@Injectable()
export class AccessService {
  /** `changed`: fewer may watch than before, perhaps. */
  readonly events = new TypedEmitter<{ changed: [name: string] }>();
  readonly #passes: ChannelPasses;

  constructor(
    private readonly memory: AccessMemory,
    private readonly addresses: AccountAddresses,
    private readonly secrets: Secrets,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#passes = new ChannelPasses(secrets);
  }

  /** What decides about a channel, from memory; null when there is none. A promise when it has to be read. */
  find(name: string): ChannelAccess | null | Promise<ChannelAccess | null> {
    return this.memory.find(name);
  }

  /** Whether one may watch who asks without a name or a pass. */
  decide(channel: ChannelAccess | null, visitor: Visitor): Decision {
    return decide(channel, this.#askerOf(channel, visitor));
  }

  /** What a token says of a visitor who may watch, for them to fetch the channel's media with. */
  grantTo(channel: ChannelAccess, visitor: Visitor): HlsGrant {
    const asker = this.#askerOf(channel, visitor);
    const { accountId, guestId } = asker;
    return {
      channelId: channel.id,
      version: channel.version,
      accountId,
      guestId,
      // Kept by the token: a player's requests may come from a proxy's address.
      addressHash: accountId === null ? addressHash(this.secrets, visitor.address) : null,
      holder: passThatCounts(channel, asker)?.holder ?? null,
    };
  }

  /** Whether who was given a token may still fetch. */
  mayFetch(channel: ChannelAccess, grant: HlsGrant): boolean {
    const { channelId, version, accountId, guestId, addressHash: hash, holder } = grant;
    if (channelId !== channel.id || version !== channel.version) return false;
    const passes = holder === null ? [] : [{ version, holder }];
    const asker = { accountId, guestId, addressHash: hash, passes };
    this.#noticeDisabled(channel, asker);
    return decide(channel, asker) === 'allowed';
  }

  /**
   * Resolves with the channel's access when the visitor may watch it.
   * @throws {DomainError} `channel_not_found`, `password_required`
   */
  async enter(name: string, visitor: Visitor): Promise<ChannelAccess> {
    const channel = await this.memory.find(name);
    assertAllowed(this.decide(channel, visitor), name);
    if (channel === null) throw channelNotFound(name);
    return channel;
  }

  /**
   * Resolves when the visitor may watch something of the channel that has a visibility of its own, on or over.
   * @throws {DomainError} `channel_not_found`, `password_required`
   */
  async enterPart(name: string, visibility: Visibility, visitor: Visitor): Promise<void> {
    const channel = await this.memory.find(name);
    assertAllowed(this.decide(channel && narrowed(channel, visibility), visitor), name);
  }

  /**
   * Broadcasts whose messages are not for somebody who may be in the channel now, by id: they were for fewer.
   * Who is in while the channel asks for its password has typed it.
   */
  async restrictedBroadcastsFor(
    name: string,
    { accountId, guestId }: Pick<Asker, 'accountId' | 'guestId'>,
  ): Promise<ReadonlySet<string>> {
    const channel = await this.memory.find(name);
    if (channel === null || channel.closedBroadcasts.size === 0) return NONE;
    const pass = { version: channel.version, holder: accountId ?? guestId };
    const passes = channel.visibility === 'password' ? [pass] : [];
    // An address that is banned was not let in.
    const asker = { accountId, guestId, addressHash: null, passes };
    const refused = (['password', 'private'] as const).filter(
      (visibility) => decide(narrowed(channel, visibility), asker) !== 'allowed',
    );
    const ids = [...channel.closedBroadcasts].filter(([, of]) => refused.some((one) => one === of));
    return new Set(ids.map(([id]) => id));
  }

  /** Broadcasts, by id, whose messages are not for all who may be in the channel now: what is told to all leaves them out. */
  async restrictedBroadcasts(name: string): Promise<ReadonlySet<string>> {
    const channel = await this.memory.find(name);
    if (channel === null || channel.closedBroadcasts.size === 0) return NONE;
    const { closedBroadcasts, visibility } = channel;
    const closed = [...closedBroadcasts].filter(
      ([, of]) => stricter(of, visibility) !== visibility,
    );
    return new Set(closed.map(([id]) => id));
  }

  /** Of what visibilities a visitor sees the parts of a channel in lists. */
  async listed(name: string, visitor: Visitor): Promise<Visibility[]> {
    const channel = await this.memory.find(name);
    if (channel === null) return [];
    if (visitor.identity.account?.id === channel.ownerId) return [...Visibility.options];
    const closed = (['password', 'private'] as const).filter(
      (visibility) => this.decide(narrowed(channel, visibility), visitor) === 'allowed',
    );
    return ['public', ...closed];
  }

  /** Whether it may be that not everybody may watch, as far as that is known without reading. */
  mayBeProtected(name: string): boolean {
    const known = this.memory.known(name);
    return !known || isProtected(known);
  }

  /** Reads a channel's access again, for who watches over changes from elsewhere. */
  read(name: string): Promise<ChannelAccess | null> {
    return this.memory.read(name);
  }

  /** To be called when something was changed that decides about a channel: who may not watch any more is cut. */
  changed(name: string): void {
    this.memory.forget(name);
    this.events.emit('changed', name);
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

  /** Has it looked up whether the accounts that somebody is, or has a pass of, are disabled. */
  #noticeDisabled({ name }: ChannelAccess, { accountId, passes }: Asker): void {
    if (accountId !== null) this.memory.asked(name, accountId);
    for (const { holder } of passes) if (isUuid(holder)) this.memory.asked(name, holder);
  }
}

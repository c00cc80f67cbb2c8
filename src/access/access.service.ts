import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common/clock.js';
import type { Identity } from '../common/identity.js';
import { Visibility } from '../protocol/access.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import { Secrets } from '../secrets/secrets.js';
import { AccessMemory } from './access-memory.js';
import {
  type Asker,
  type ChannelAccess,
  type Decision,
  decide,
  isProtected,
  narrowed,
  stricter,
} from './access-policy.js';
import { ChannelPasses } from './channel-passes.js';
import { assertAllowed, channelNotFound } from './refusals.js';

const NONE: ReadonlySet<string> = new Set();

/** Who a request or a socket is from, and what it brings to get in. */
export type Visitor = Readonly<{
  identity: Pick<Identity, 'account' | 'guestId'>;
  /** Of `readPasses`. */
  passes: string;
}>;

/** Whether somebody may see a channel, and all that is in it; asked on every way in. */
@Injectable()
export class AccessService {
  /** `changed`: fewer may watch than before, perhaps. */
  readonly events = new TypedEmitter<{ changed: [name: string] }>();
  readonly #memory: AccessMemory;
  readonly #passes: ChannelPasses;
  readonly #clock: Clock;

  constructor(memory: AccessMemory, secrets: Secrets, @Inject(CLOCK) clock: Clock) {
    this.#memory = memory;
    this.#passes = new ChannelPasses(secrets);
    this.#clock = clock;
  }

  /** What decides about a channel, from memory; null when there is none. A promise when it has to be read. */
  find(name: string): ChannelAccess | null | Promise<ChannelAccess | null> {
    return this.#memory.find(name);
  }

  /** Whether one may watch who asks without a name or a pass. */
  decide(channel: ChannelAccess | null, visitor: Visitor): Decision {
    return decide(channel, this.#askerOf(channel, visitor));
  }

  /** The same for somebody who is known by more than a visit. */
  decideFor(channel: ChannelAccess | null, asker: Asker): Decision {
    if (channel && asker.accountId !== null) this.#memory.asked(channel.name, asker.accountId);
    return decide(channel, asker);
  }

  /**
   * Resolves with the channel's access when the visitor may watch it.
   * @throws {DomainError} `channel_not_found`, `password_required`
   */
  async enter(name: string, visitor: Visitor): Promise<ChannelAccess> {
    const channel = await this.#memory.find(name);
    assertAllowed(this.decide(channel, visitor), name);
    if (channel === null) throw channelNotFound(name);
    return channel;
  }

  /**
   * Resolves when the visitor may watch something of the channel that has a visibility of its own, on or over.
   * @throws {DomainError} `channel_not_found`, `password_required`
   */
  async enterPart(name: string, visibility: Visibility, visitor: Visitor): Promise<void> {
    const channel = await this.#memory.find(name);
    assertAllowed(this.decide(channel && narrowed(channel, visibility), visitor), name);
  }

  /**
   * Broadcasts whose messages are not for somebody who may be in the channel now, by id: they were for fewer.
   * Who is in while the channel asks for its password has typed it.
   */
  async closedTo(
    name: string,
    { accountId, guestId }: Omit<Asker, 'unlockedVersion'>,
  ): Promise<ReadonlySet<string>> {
    const channel = await this.#memory.find(name);
    if (channel === null || channel.closedBroadcasts.size === 0) return NONE;
    const unlockedVersion = channel.visibility === 'password' ? channel.version : null;
    const asker = { accountId, guestId, unlockedVersion };
    const refused = (['password', 'private'] as const).filter(
      (visibility) => decide(narrowed(channel, visibility), asker) !== 'allowed',
    );
    const ids = [...channel.closedBroadcasts].filter(([, of]) => refused.some((one) => one === of));
    return new Set(ids.map(([id]) => id));
  }

  /** Broadcasts, by id, whose messages are not for all who may be in the channel now: what is told to all leaves them out. */
  async closedToSome(name: string): Promise<ReadonlySet<string>> {
    const channel = await this.#memory.find(name);
    if (channel === null || channel.closedBroadcasts.size === 0) return NONE;
    const { closedBroadcasts, visibility } = channel;
    const closed = [...closedBroadcasts].filter(
      ([, of]) => stricter(of, visibility) !== visibility,
    );
    return new Set(closed.map(([id]) => id));
  }

  /** Of what visibilities a visitor sees the parts of a channel in lists. */
  async listed(name: string, visitor: Visitor): Promise<Visibility[]> {
    const channel = await this.#memory.find(name);
    if (channel === null) return [];
    if (visitor.identity.account?.id === channel.ownerId) return [...Visibility.options];
    const closed = (['password', 'private'] as const).filter(
      (visibility) => this.decide(narrowed(channel, visibility), visitor) === 'allowed',
    );
    return ['public', ...closed];
  }

  /** Whether it may be that not everybody may watch, as far as that is known without reading. */
  mayBeProtected(name: string): boolean {
    const known = this.#memory.known(name);
    return !known || isProtected(known);
  }

  /** Reads a channel's access again, for who watches over changes from elsewhere. */
  read(name: string): Promise<ChannelAccess | null> {
    return this.#memory.read(name);
  }

  /** To be called when something was changed that decides about a channel: who may not watch any more is cut. */
  changed(name: string): void {
    this.#memory.forget(name);
    this.events.emit('changed', name);
  }

  #askerOf(channel: ChannelAccess | null, { identity, passes }: Visitor): Asker {
    const accountId = identity.account?.id ?? null;
    if (channel && accountId !== null) this.#memory.asked(channel.name, accountId);
    const unlockedVersion =
      channel?.visibility === 'password'
        ? this.#passes.versionOf(channel.id, passes, this.#clock.nowMs())
        : null;
    return { accountId, guestId: identity.guestId, unlockedVersion };
  }
}

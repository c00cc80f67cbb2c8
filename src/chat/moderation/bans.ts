import { Inject, Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { ChatBanView } from '../../protocol/chat-moderation.js';
import type { ChatRoom } from '../room/chat-room.js';
import type { RoomChange } from '../room/room-change.js';
import type { ChangeVersion } from '../room/stored-change.js';
import { RoomFollower } from '../room/room-follower.js';
import type { ChatSender } from '../room/chat-sender.js';
import { mentionKey } from '../messages/mentions.js';
import { inWords } from '../rules/duration.js';
import { AuditLog } from './audit-log.js';
import { type Actor, assertMayActOn, moderatorOf } from '../room/authority.js';
import { BanRepository } from '../room/ban.repository.js';
import { PersonFinder, type Person, type PersonTarget } from './person-finder.js';
import type { StoredBan } from '../room/room-bans.js';

/** The maximum number of bans listed, newest first. */
const BANS_LISTED = 1_000;

/**
 * Bans people from chatting, permanently or for a limited time. Throws `forbidden` for
 * non-moderators.
 */
@Injectable()
export class Bans {
  // oxlint-disable-next-line max-params -- Injected by Nest: the services that a ban affects, the
  // log and the clock.
  constructor(
    private readonly repository: BanRepository,
    private readonly people: PersonFinder,
    private readonly follower: RoomFollower,
    private readonly access: AccessService,
    private readonly audit: AuditLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Bans a person permanently. Replaces a time-out; an existing ban remains unchanged.
   * @throws {DomainError} `message_not_found`, `account_not_found`
   */
  async ban(
    room: ChatRoom,
    sender: ChatSender,
    { reason, ...target }: PersonTarget & { reason: string },
  ): Promise<ChatBanView> {
    const actor = moderatorOf(room, sender);
    const person = await this.#target(room, actor, target);
    const known = room.bans.of(person.author, this.clock.nowMs());
    if (known && known.expiresAt === null) return banView(known);
    return this.#put(room, actor, { person, reason, seconds: null });
  }

  /**
   * Times a person out, starting now. Replaces an earlier time-out.
   * @throws {DomainError} `message_not_found`, `account_not_found`; `conflict` if the person is
   *   already banned permanently
   */
  async timeOut(
    room: ChatRoom,
    sender: ChatSender,
    { reason, seconds, ...target }: PersonTarget & { reason: string; seconds: number },
  ): Promise<ChatBanView> {
    const actor = moderatorOf(room, sender);
    const person = await this.#target(room, actor, target);
    if (room.bans.of(person.author, this.clock.nowMs())?.expiresAt === null)
      throw new DomainError('conflict', `${person.name} is banned. Unban them first.`);
    return this.#put(room, actor, { person, reason, seconds });
  }

  /**
   * Lifts a ban by its id, or by the name of the banned person.
   * @throws {DomainError} `not_found`
   */
  async unban(
    room: ChatRoom,
    sender: ChatSender,
    { banId, name }: { banId?: string | undefined; name?: string | undefined },
  ): Promise<void> {
    const actor = moderatorOf(room, sender);
    const key = mentionKey((name ?? '').replace(/^@/, ''));
    const ban = (await this.#standing(room)).find((known) =>
      banId === undefined ? mentionKey(known.name) === key : known.id === banId,
    );
    this.audit.reserve(room, actor, 'unban');
    if (!ban || !(await this.#lift(room, actor, ban)))
      throw new DomainError('not_found', 'Ban not found.');
  }

  /** Lifts a ban if it is still active. */
  async lift(room: ChatRoom, actor: Actor, banId: string): Promise<void> {
    const ban = (await this.#standing(room)).find(({ id }) => id === banId);
    if (ban) await this.#lift(room, actor, ban);
  }

  /** Lists the active bans and time-outs, newest first. */
  async list(room: ChatRoom, sender: ChatSender): Promise<ChatBanView[]> {
    moderatorOf(room, sender);
    return (await this.#standing(room)).slice(0, BANS_LISTED).map(banView);
  }

  async #target(room: ChatRoom, actor: Actor, target: PersonTarget): Promise<Person> {
    const person = await this.people.find(room, target);
    assertMayActOn(room, actor, person.author);
    return person;
  }

  async #put(
    room: ChatRoom,
    actor: Actor,
    { person, reason, seconds }: { person: Person; reason: string; seconds: number | null },
  ): Promise<ChatBanView> {
    this.audit.reserve(room, actor, 'ban');
    const nowMs = this.clock.nowMs();
    const { ban, version } = await this.repository.put(room.id, {
      ...person,
      reason,
      byId: actor.id,
      at: new Date(nowMs),
      expiresAt: seconds === null ? null : new Date(nowMs + seconds * 1_000),
    });
    await this.#changed(room, version, { kind: 'banned', ban });
    const time = seconds === null ? '' : ` for ${inWords(seconds * 1_000)}`;
    await this.audit.record(room, actor, {
      action: seconds === null ? 'ban' : 'timeout',
      target: `${person.name}${time}`,
      reason,
      detail: { kind: 'ban', banId: ban.id },
    });
    return banView(ban);
  }

  async #lift(room: ChatRoom, actor: Actor, ban: StoredBan): Promise<boolean> {
    const { removed, version } = await this.repository.remove(room.id, ban);
    if (!removed) return false;
    const { accountId, guestId, addressHashes } = ban;
    const author = { accountId, guestId };
    const change = { kind: 'unbanned', author, addressHashes } as const;
    await this.#changed(room, version, change);
    await this.audit.record(room, actor, { action: 'unban', target: ban.name });
    return true;
  }

  async #changed(room: ChatRoom, version: ChangeVersion, change: RoomChange): Promise<void> {
    await this.follower.tell(room, version, change);
    // On protected channels, bans also apply to watching.
    this.access.changed(room.channel.name);
  }

  async #standing(room: ChatRoom): Promise<StoredBan[]> {
    const nowMs = this.clock.nowMs();
    const bans = await this.repository.all(room.id);
    return bans.filter(({ expiresAt }) => expiresAt === null || nowMs < expiresAt.getTime());
  }
}

function banView({ id, name, accountId, createdAt, expiresAt, reason }: StoredBan): ChatBanView {
  return {
    id,
    name,
    role: accountId === null ? 'guest' : 'member',
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    reason,
  };
}

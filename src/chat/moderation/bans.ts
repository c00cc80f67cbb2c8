import { Inject, Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import type { ChatBanView } from '../../protocol/chat-moderation.js';
import type { ChatRoom } from '../room/chat-room.js';
import { type ChangedPerson, ChatRooms } from '../room/chat-rooms.js';
import type { ChatSender } from '../room/chat-sender.js';
import { mentionKey } from '../messages/mentions.js';
import { inWords } from '../rules/duration.js';
import { AuditLog } from './audit-log.js';
import { type Actor, assertMayActOn, moderatorOf } from '../room/authority.js';
import { BanRepository } from '../room/ban.repository.js';
import { PersonFinder, type Person, type PersonTarget } from './person-finder.js';
import type { StoredBan } from '../room/room-bans.js';

/** A list of bans holds so many at most, the newest. */
const BANS_LISTED = 1_000;

/** Keeps people from writing, for ever or for a time. All of it throws `forbidden` for who is no moderator. */
@Injectable()
export class Bans {
  // oxlint-disable-next-line max-params -- Nest's injection: what is changed, who is told, and the clock.
  constructor(
    private readonly repository: BanRepository,
    private readonly people: PersonFinder,
    private readonly rooms: ChatRooms,
    private readonly access: AccessService,
    private readonly audit: AuditLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * For ever; a time-out becomes a ban, one who is banned already stays so.
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
   * From now on; an earlier time-out ends.
   * @throws {DomainError} `message_not_found`, `account_not_found`; `conflict` for one who is banned
   */
  async timeOut(
    room: ChatRoom,
    sender: ChatSender,
    { reason, seconds, ...target }: PersonTarget & { reason: string; seconds: number },
  ): Promise<ChatBanView> {
    const actor = moderatorOf(room, sender);
    const person = await this.#target(room, actor, target);
    if (room.bans.of(person.author, this.clock.nowMs())?.expiresAt === null)
      throw new DomainError('conflict', `${person.name} is banned. Lift the ban first.`);
    return this.#put(room, actor, { person, reason, seconds });
  }

  /** By the ban's id or by the name of who is banned. @throws {DomainError} `not_found` */
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
      throw new DomainError('not_found', 'There is no such ban.');
  }

  /** Lifts a ban if it stands. */
  async lift(room: ChatRoom, actor: Actor, banId: string): Promise<void> {
    const ban = (await this.#standing(room)).find(({ id }) => id === banId);
    if (ban) await this.#lift(room, actor, ban);
  }

  /** Those that hold, the newest first. */
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
    const ban = await this.repository.put(room.id, {
      ...person,
      reason,
      byId: actor.id,
      at: new Date(nowMs),
      expiresAt: seconds === null ? null : new Date(nowMs + seconds * 1_000),
    });
    room.bans.add(ban);
    this.#changed(room, person, reason);
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
    if (!(await this.repository.remove(room.id, ban.id))) return false;
    room.bans.remove(ban);
    const { accountId, guestId, addressHashes } = ban;
    const person = { author: { accountId, guestId }, addressHashes };
    this.#changed(room, person, '');
    await this.audit.record(room, actor, { action: 'unban', target: ban.name });
    return true;
  }

  #changed(room: ChatRoom, person: ChangedPerson, reason: string): void {
    this.rooms.events.emit('personChanged', room, person, reason);
    // Who is banned may not watch what isn't public.
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

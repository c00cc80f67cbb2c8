import { Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { DomainError } from '../../common/domain-error.js';
import type { ModeratorView } from '../../protocol/chat-moderation.js';
import { MODERATORS_MAX } from '../../protocol/limits.js';
import type { ChatRoom } from '../room/chat-room.js';
import { ChatRooms } from '../room/chat-rooms.js';
import type { ChatSender } from '../room/chat-sender.js';
import { AuditLog } from './audit-log.js';
import { moderatorOf, ownerOf } from '../room/authority.js';
import { ModeratorRepository } from './moderator.repository.js';
import { PersonFinder } from './person-finder.js';

/** Who moderates a channel. */
@Injectable()
export class Moderators {
  constructor(
    private readonly repository: ModeratorRepository,
    private readonly people: PersonFinder,
    private readonly rooms: ChatRooms,
    private readonly access: AccessService,
    private readonly audit: AuditLog,
  ) {}

  /** By name. @throws {DomainError} `forbidden` for all but the owner and moderators */
  async list(room: ChatRoom, sender: ChatSender): Promise<ModeratorView[]> {
    moderatorOf(room, sender);
    const stored = await this.repository.list(room.id);
    return stored.map(({ username, displayName, since }) => ({
      username,
      displayName: displayName === '' ? username : displayName,
      since: since.toISOString(),
    }));
  }

  /**
   * Makes an account a moderator; does nothing for one who is.
   * @throws {DomainError} `forbidden` for all but the owner, and for the owner's own name;
   * `account_not_found`, `moderator_limit`
   */
  async appoint(room: ChatRoom, sender: ChatSender, username: string): Promise<string> {
    const actor = ownerOf(room, sender);
    const account = await this.#account(username);
    if (account.id === actor.id)
      throw new DomainError('forbidden', 'The channel is yours: you moderate it already.');
    this.audit.reserve(room, actor, 'appoint');
    const added = await this.repository.add(room.id, account.id);
    if (added === 'too_many')
      throw new DomainError(
        'moderator_limit',
        `A channel can have ${MODERATORS_MAX} moderators. Dismiss one first.`,
      );
    if (added === 'was') return account.username;
    room.appoint(account.id);
    this.#changed(room, account.id);
    await this.audit.record(room, actor, { action: 'appoint', target: account.username });
    return account.username;
  }

  /**
   * Does nothing for one who is none. Moderators can dismiss themselves.
   * @throws {DomainError} `forbidden`, `account_not_found`
   */
  async dismiss(room: ChatRoom, sender: ChatSender, username: string): Promise<string> {
    const account = await this.#account(username);
    const isSelf = sender.account?.id === account.id;
    const actor = isSelf ? moderatorOf(room, sender) : ownerOf(room, sender);
    this.audit.reserve(room, actor, 'dismiss');
    if (!(await this.repository.remove(room.id, account.id))) return account.username;
    room.dismiss(account.id);
    this.#changed(room, account.id);
    await this.audit.record(room, actor, { action: 'dismiss', target: account.username });
    return account.username;
  }

  #changed(room: ChatRoom, accountId: string): void {
    const person = { author: { accountId, guestId: null }, addressHashes: [] };
    this.rooms.events.emit('personChanged', room, person, '');
    // Moderators may watch what is private.
    this.access.changed(room.channel.name);
  }

  async #account(username: string): Promise<{ id: string; username: string }> {
    const account = await this.people.account(username);
    if (account) return account;
    throw new DomainError('account_not_found', `There is no account “${username}”.`);
  }
}

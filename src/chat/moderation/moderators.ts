import { Injectable } from '@nestjs/common';
import { AccessService } from '../../access/access.service.js';
import { DomainError } from '../../common/domain-error.js';
import type { ModeratorView } from '../../protocol/chat-moderation.js';
import { MODERATORS_MAX } from '../../protocol/limits.js';
import type { ChatRoom } from '../room/chat-room.js';
import type { ChangeVersion } from '../room/stored-change.js';
import { RoomFollower } from '../room/room-follower.js';
import type { ChatSender } from '../room/chat-sender.js';
import { AuditLog } from './audit-log.js';
import { moderatorOf, ownerOf } from '../room/authority.js';
import { ModeratorRepository } from './moderator.repository.js';
import { PersonFinder } from './person-finder.js';

/** Manages channel moderators. */
@Injectable()
export class Moderators {
  constructor(
    private readonly repository: ModeratorRepository,
    private readonly people: PersonFinder,
    private readonly follower: RoomFollower,
    private readonly access: AccessService,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Lists a channel's moderators by name.
   * @throws {DomainError} `forbidden` for everybody except the owner and moderators
   */
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
   * Appoints a moderator; does nothing if the account is already a moderator. Resolves with the
   * account's username.
   * @throws {DomainError} `forbidden` for everybody except the owner, and for the owner's own name;
   *   `account_not_found`, `moderator_limit`
   */
  async appoint(room: ChatRoom, sender: ChatSender, username: string): Promise<string> {
    const actor = ownerOf(room, sender);
    const account = await this.#account(username);
    if (account.id === actor.id)
      throw new DomainError('forbidden', 'You own this channel, so you already moderate it.');
    this.audit.reserve(room, actor, 'appoint');
    const { added, version } = await this.repository.add(room.id, account.id);
    if (added === 'too_many')
      throw new DomainError(
        'moderator_limit',
        `A channel can have up to ${MODERATORS_MAX} moderators. Dismiss one first.`,
      );
    if (added === 'was') return account.username;
    await this.#changed(room, version, { accountId: account.id, appointed: true });
    await this.audit.record(room, actor, { action: 'appoint', target: account.username });
    return account.username;
  }

  /**
   * Dismisses a moderator; does nothing for other accounts. Moderators can dismiss themselves.
   * Resolves with the username.
   * @throws {DomainError} `forbidden`, `account_not_found`
   */
  async dismiss(room: ChatRoom, sender: ChatSender, username: string): Promise<string> {
    const account = await this.#account(username);
    const isSelf = sender.account?.id === account.id;
    const actor = isSelf ? moderatorOf(room, sender) : ownerOf(room, sender);
    this.audit.reserve(room, actor, 'dismiss');
    const { removed, version } = await this.repository.remove(room.id, account.id);
    if (!removed) return account.username;
    await this.#changed(room, version, { accountId: account.id, appointed: false });
    await this.audit.record(room, actor, { action: 'dismiss', target: account.username });
    return account.username;
  }

  async #changed(
    room: ChatRoom,
    version: ChangeVersion,
    change: { accountId: string; appointed: boolean },
  ): Promise<void> {
    await this.follower.tell(room, version, { kind: 'moderator', ...change });
    // Moderators may watch a private channel.
    this.access.changed(room.channel.name);
  }

  async #account(username: string): Promise<{ id: string; username: string }> {
    const account = await this.people.account(username);
    if (account) return account;
    throw new DomainError('account_not_found', `There is no account named “${username}”.`);
  }
}

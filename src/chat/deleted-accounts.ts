import { Inject, Injectable } from '@nestjs/common';
import { AccessService } from '../access/access.service.js';
import {
  AccountDeletionService,
  type DeletedAccount,
} from '../account/account-deletion.service.js';
import { LOG, type Log } from '../common/logger.js';
import { viewOf } from './chat-message.js';
import type { ChatRoom } from './chat-room.js';
import { ChatRooms } from './chat-rooms.js';
import { shownTo } from './chat-views.js';
import { ChatRepository } from './chat.repository.js';

/** Sees to it that rooms in use forget accounts that are deleted, as the database does. */
@Injectable()
export class DeletedAccounts {
  readonly #rooms: ChatRooms;
  readonly #repository: ChatRepository;
  readonly #access: AccessService;

  constructor(
    rooms: ChatRooms,
    repository: ChatRepository,
    access: AccessService,
    accounts: AccountDeletionService,
    @Inject(LOG) log: Log,
  ) {
    this.#rooms = rooms;
    this.#repository = repository;
    this.#access = access;
    accounts.events.on('deleted', (account) => {
      for (const room of rooms.opened)
        this.#forget(room, account).catch((err: unknown) =>
          log.error({ err, channelId: room.id }, 'a pinned message keeps a deleted account’s name'),
        );
    });
  }

  async #forget(room: ChatRoom, account: DeletedAccount): Promise<void> {
    room.forgetAccount(account);
    const { pinned } = room;
    if (pinned?.accountId !== account.id) return;
    const [stored] = await this.#repository.findAll(room.id, [pinned.seq]);
    const closed = await this.#access.closedToSome(room.channel.name);
    // Another may have been pinned meanwhile.
    if (room.pinned !== pinned) return;
    room.pinned = stored ?? null;
    this.#rooms.events.emit('pinned', room, stored ? viewOf(shownTo(stored, closed)) : null);
  }
}

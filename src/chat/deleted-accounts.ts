import { Inject, Injectable } from '@nestjs/common';
import { AccessService } from '../access/access.service.js';
import {
  AccountDeletionService,
  type DeletedAccount,
} from '../account/account-deletion.service.js';
import { LOG, type Log } from '../common/logger.js';
import { viewOf } from './messages/chat-message.js';
import type { ChatRoom } from './room/chat-room.js';
import { ChatRooms } from './room/chat-rooms.js';
import { shownTo } from './messages/chat-views.js';
import { ChatRepository } from './messages/chat.repository.js';

/** Removes deleted accounts from open rooms, as the database does from storage. */
@Injectable()
export class DeletedAccounts {
  constructor(
    private readonly rooms: ChatRooms,
    private readonly repository: ChatRepository,
    private readonly access: AccessService,
    accounts: AccountDeletionService,
    @Inject(LOG) log: Log,
  ) {
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
    const [stored] = await this.repository.findAll(room.id, [pinned.seq]);
    const closed = await this.access.restrictedBroadcasts(room.channel.name);
    // Another message may have been pinned in the meantime.
    if (room.pinned !== pinned) return;
    room.pinned = stored ?? null;
    this.rooms.events.emit('pinned', room, stored ? viewOf(shownTo(stored, closed)) : null);
  }
}

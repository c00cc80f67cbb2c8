import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AccessService } from '../access/access.service.js';
import {
  AccountDeletionService,
  type DeletedAccount,
} from '../account/account-deletion.service.js';
import { BUS, type Bus } from '../cluster/bus.js';
import { shared } from '../cluster/shared.js';
import { LOG, type Log } from '../common/logger.js';
import { viewOf } from './messages/chat-message.js';
import type { ChatRoom } from './room/chat-room.js';
import { ChatRooms } from './room/chat-rooms.js';
import { shownTo } from './messages/chat-views.js';
import { ChatRepository } from './messages/chat.repository.js';

/** Removes deleted accounts from open rooms. The database removes them from the stored messages. */
@Injectable()
export class DeletedAccounts {
  constructor(
    private readonly rooms: ChatRooms,
    private readonly repository: ChatRepository,
    private readonly access: AccessService,
    accounts: AccountDeletionService,
    @Inject(LOG) log: Log,
    @Inject(BUS) bus: Bus,
  ) {
    const apply = (account: DeletedAccount): void => {
      for (const room of rooms.opened)
        this.#forget(room, account).catch((err: unknown) =>
          log.error(
            { err, channelId: room.id },
            'a pinned message still shows the name of a deleted account, because it could not be updated',
          ),
        );
    };
    const schema = z.object({ id: z.string(), username: z.string() });
    const deleted = shared(bus, 'account-deleted', { schema, apply });
    accounts.events.on('deleted', deleted);
  }

  async #forget(room: ChatRoom, account: DeletedAccount): Promise<void> {
    room.forgetAccount(account);
    const { pinned } = room;
    if (pinned?.accountId !== account.id) return;
    const [stored] = await this.repository.findAll(room.id, [pinned.seq]);
    const closed = await this.access.restrictedBroadcasts(room.channel.name);
    // Another message may have been pinned in the meantime.
    if (room.pinned !== pinned) return;
    this.rooms.pin(room, stored ?? null, stored ? viewOf(shownTo(stored, closed)) : null);
  }
}

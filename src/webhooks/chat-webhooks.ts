import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { heldView } from '../chat/held/held.repository.js';
import { entryView } from '../chat/moderation/audit.repository.js';
import { ChatRooms } from '../chat/room/chat-rooms.js';
import { WebhookEvents } from './webhook-events.js';

/** Notifies webhooks about held messages and moderation actions. */
@Injectable()
export class ChatWebhooks implements OnApplicationBootstrap {
  constructor(
    private readonly rooms: ChatRooms,
    private readonly events: WebhookEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.rooms.events.on('changed', ({ id, channel: { name } }, change) => {
      if (change.kind === 'held')
        this.events.enqueue({ id, name }, 'message.held', heldView(change.held));
      if (change.kind === 'audited')
        this.events.enqueue({ id, name }, 'chat.moderated', entryView(change.entry));
    });
  }
}

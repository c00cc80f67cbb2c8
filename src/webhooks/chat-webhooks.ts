import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ChatRooms } from '../chat/room/chat-rooms.js';
import { WebhookEvents } from './webhook-events.js';

/** Notifies webhooks of held messages and of moderation. */
@Injectable()
export class ChatWebhooks implements OnApplicationBootstrap {
  constructor(
    private readonly rooms: ChatRooms,
    private readonly events: WebhookEvents,
  ) {}

  onApplicationBootstrap(): void {
    this.rooms.events.on('held', ({ id, channel: { name } }, message) =>
      this.events.enqueue({ id, name }, 'message.held', message),
    );
    this.rooms.events.on('audited', ({ id, channel: { name } }, entry) =>
      this.events.enqueue({ id, name }, 'chat.moderated', entry),
    );
  }
}

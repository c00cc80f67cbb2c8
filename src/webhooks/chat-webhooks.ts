import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ChatRooms } from '../chat/chat-rooms.js';
import { WebhookEvents } from './webhook-events.js';

/** Tells webhooks what is to be decided in chats, and what was. */
@Injectable()
export class ChatWebhooks implements OnApplicationBootstrap {
  readonly #rooms: ChatRooms;
  readonly #events: WebhookEvents;

  constructor(rooms: ChatRooms, events: WebhookEvents) {
    this.#rooms = rooms;
    this.#events = events;
  }

  onApplicationBootstrap(): void {
    this.#rooms.events.on('held', ({ id, channel: { name } }, message) =>
      this.#events.tell({ id, name }, 'message.held', message),
    );
    this.#rooms.events.on('audited', ({ id, channel: { name } }, entry) =>
      this.#events.tell({ id, name }, 'chat.moderated', entry),
    );
  }
}

import { Controller, Get, Param, Query } from '@nestjs/common';
import type { Visitor } from '../access/access.service.js';
import { CurrentVisitor, ForVisitors } from '../access/visitor.js';
import { BroadcastHistory } from '../broadcast/broadcast-history.service.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../common/token-scope.js';
import { ChatPage, ChatQuery } from '../protocol/chat.js';
import { authorOf } from './chat-message.js';
import { ChatReading } from './chat-reading.service.js';
import { ChatRooms } from './chat-rooms.js';

/** The chat over HTTP, to read. */
@Controller('api/broadcasts/:id/chat')
export class ChatController {
  readonly #broadcasts: BroadcastHistory;
  readonly #chat: ChatReading;
  readonly #rooms: ChatRooms;

  constructor(broadcasts: BroadcastHistory, chat: ChatReading, rooms: ChatRooms) {
    this.#broadcasts = broadcasts;
    this.#chat = chat;
    this.#rooms = rooms;
  }

  @Get()
  @AllowToken('chat:read')
  @ForVisitors()
  @Operation({
    summary: 'What was written during a broadcast, in order',
    description: 'For the next page, ask again with the last `seq` as `after`.',
    reply: ChatPage,
    errors: ['broadcast_not_found', 'password_required'],
  })
  async list(
    @Param('id') id: string,
    @Query({ schema: ChatQuery }) query: ChatQuery,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<ChatPage> {
    const broadcast = await this.#broadcasts.get(id, visitor);
    const room = await this.#rooms.open(broadcast.channel);
    const author = authorOf(visitor.identity);
    return this.#chat.historyOfBroadcast(room, { author }, { broadcastId: broadcast.id, ...query });
  }
}

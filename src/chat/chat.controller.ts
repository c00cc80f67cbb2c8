import { Controller, Get, Param, Query } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { CurrentVisitor, ForVisitors } from '../access/current-visitor.js';
import { BroadcastHistory } from '../broadcast/broadcast-history.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../auth/tokens/token-scope.js';
import { ChatPage, ChatQuery } from '../protocol/chat.js';
import { authorOf } from './messages/chat-message.js';
import { ChatReading } from './chat-reading.js';
import { ChatRooms } from './room/chat-rooms.js';

/** The read-only HTTP API for a broadcast's chat. */
@Controller('api/broadcasts/:id/chat')
export class ChatController {
  constructor(
    private readonly broadcasts: BroadcastHistory,
    private readonly chat: ChatReading,
    private readonly rooms: ChatRooms,
  ) {}

  @Get()
  @AllowToken('chat:read')
  @ForVisitors()
  @Operation({
    summary: 'List the chat messages of a broadcast',
    description: 'Ordered by `seq`. For the next page, pass the last `seq` as `after`.',
    reply: ChatPage,
    errors: ['broadcast_not_found', 'password_required'],
  })
  async list(
    @Param('id') id: string,
    @Query({ schema: ChatQuery }) query: ChatQuery,
    @CurrentVisitor() visitor: Visitor,
  ): Promise<ChatPage> {
    const broadcast = await this.broadcasts.get(id, visitor);
    const room = await this.rooms.open(broadcast.channel);
    const author = authorOf(visitor.identity);
    return this.chat.historyOfBroadcast(room, { author }, { broadcastId: broadcast.id, ...query });
  }
}

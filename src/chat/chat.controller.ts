import { Controller, Get, Param, Query } from '@nestjs/common';
import type { Visitor } from '../access/access.service.js';
import { CurrentVisitor, ForVisitors } from '../access/visitor.js';
import { BroadcastHistory } from '../broadcast/broadcast-history.service.js';
import { Operation } from '../common/operation.js';
import { AllowToken } from '../common/token-scope.js';
import { ChatPage, ChatQuery } from '../protocol/chat.js';
import { ChatService } from './chat.service.js';

/** The chat over HTTP, to read. */
@Controller('api/broadcasts/:id/chat')
export class ChatController {
  readonly #broadcasts: BroadcastHistory;
  readonly #chat: ChatService;

  constructor(broadcasts: BroadcastHistory, chat: ChatService) {
    this.#broadcasts = broadcasts;
    this.#chat = chat;
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
    return this.#chat.historyOfBroadcast(broadcast.id, query);
  }
}

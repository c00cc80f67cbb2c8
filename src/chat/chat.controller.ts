import { Controller, Get, Param, Query } from '@nestjs/common';
import { BroadcastHistory } from '../broadcast/broadcast-history.service.js';
import { Operation } from '../common/operation.js';
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
  @Operation({
    summary: 'What was written during a broadcast, in order',
    description: 'For the next page, ask again with the last `seq` as `after`.',
    reply: ChatPage,
    errors: ['broadcast_not_found'],
  })
  async list(
    @Param('id') id: string,
    @Query({ schema: ChatQuery }) query: ChatQuery,
  ): Promise<ChatPage> {
    const broadcast = await this.#broadcasts.get(id);
    return this.#chat.historyOfBroadcast(broadcast.id, query);
  }
}

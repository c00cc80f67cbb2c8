import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { DbModule } from '../db/db.module.js';
import { ChatMetrics } from './chat-metrics.js';
import { ChatRooms } from './chat-rooms.js';
import { ChatWriter } from './chat-writer.js';
import { ChatController } from './chat.controller.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatRepository } from './chat.repository.js';
import { ChatService } from './chat.service.js';
import { GuestNames } from './guest-names.js';
import { Moderation } from './moderation.service.js';

/** Chat: kept, numbered without gaps, and told to everybody in the room. */
@Module({
  imports: [DbModule, BroadcastModule],
  controllers: [ChatController],
  providers: [
    ChatGateway,
    ChatMetrics,
    ChatRepository,
    ChatRooms,
    ChatService,
    GuestNames,
    Moderation,
    {
      provide: ChatWriter,
      inject: [ChatRepository, CLOCK, LOG],
      useFactory: (repository: ChatRepository, clock: Clock, log: Log) =>
        new ChatWriter({
          store: (messages, sentAt) => repository.store(messages, sentAt),
          nowMs: () => clock.nowMs(),
          log: log.child({ part: 'chat' }),
        }),
    },
  ],
})
export class ChatModule {}

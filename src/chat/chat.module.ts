import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { DbModule } from '../db/db.module.js';
import { ChatRooms } from './chat-rooms.js';
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
  providers: [ChatGateway, ChatRepository, ChatRooms, ChatService, GuestNames, Moderation],
})
export class ChatModule {}

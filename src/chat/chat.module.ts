import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { DbModule } from '../db/db.module.js';
import { FollowsModule } from '../follows/follows.module.js';
import { ChatAnnouncer } from './chat-announcer.js';
import { ChatMetrics } from './chat-metrics.js';
import { ChatReading } from './chat-reading.service.js';
import { ChatRooms } from './chat-rooms.js';
import { ChatSockets } from './chat-sockets.js';
import { ChatViews } from './chat-views.js';
import { ChatWriter } from './chat-writer.js';
import { ChatController } from './chat.controller.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatRepository } from './chat.repository.js';
import { ChatService } from './chat.service.js';
import { Commands } from './commands/commands.service.js';
import { GuestNames } from './guest-names.js';
import { HeldRepository } from './held/held.repository.js';
import { HeldMessages } from './held/held.service.js';
import { AuditRepository } from './moderation/audit.repository.js';
import { AuditLog } from './moderation/audit.service.js';
import { BanRepository } from './moderation/ban.repository.js';
import { Bans } from './moderation/bans.service.js';
import { DeletedAccounts } from './deleted-accounts.js';
import { DeletionRepository } from './moderation/deletion.repository.js';
import { ModerationGateway } from './moderation/moderation.gateway.js';
import { Moderation } from './moderation/moderation.service.js';
import { ModeratorRepository } from './moderation/moderator.repository.js';
import { ModeratorsController } from './moderation/moderators.controller.js';
import { Moderators } from './moderation/moderators.service.js';
import { OverviewGateway } from './moderation/overview.gateway.js';
import { People } from './moderation/people.service.js';
import { ReactionRepository } from './reactions/reaction.repository.js';
import { Reactions } from './reactions/reactions.service.js';
import { RoomRepository } from './room.repository.js';
import { ChatSettingsService } from './rules/settings.service.js';
import { WritingRules } from './rules/writing-rules.js';
import { ChatSearching } from './search/search.service.js';

/** Chat: kept, numbered without gaps, and told to everybody in the room. */
@Module({
  imports: [DbModule, AccountModule, BroadcastModule, FollowsModule],
  controllers: [ChatController, ModeratorsController],
  exports: [ChatRooms],
  providers: [
    AuditLog,
    AuditRepository,
    BanRepository,
    Bans,
    ChatAnnouncer,
    ChatGateway,
    ChatMetrics,
    ChatReading,
    ChatRepository,
    ChatRooms,
    ChatSearching,
    ChatService,
    ChatSettingsService,
    ChatSockets,
    ChatViews,
    Commands,
    DeletedAccounts,
    DeletionRepository,
    GuestNames,
    HeldMessages,
    HeldRepository,
    Moderation,
    ModerationGateway,
    ModeratorRepository,
    Moderators,
    OverviewGateway,
    People,
    ReactionRepository,
    Reactions,
    RoomRepository,
    WritingRules,
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

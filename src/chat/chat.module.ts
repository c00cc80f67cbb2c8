import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { DbModule } from '../db/db.module.js';
import { Jobs } from '../db/jobs.js';
import { PrismaService } from '../db/prisma.service.js';
import { FollowsModule } from '../follows/follows.module.js';
import { ChatAnnouncer } from './chat-announcer.js';
import { ChatMetrics } from './chat-metrics.js';
import { ChatReading } from './chat-reading.js';
import { ChatRooms } from './room/chat-rooms.js';
import { ChatSockets } from './room/chat-sockets.js';
import { ChatViews } from './messages/chat-views.js';
import { ChatWriter } from './messages/chat-writer.js';
import { ChatController } from './chat.controller.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatRepository } from './messages/chat.repository.js';
import { ChatService } from './chat.service.js';
import { Commands } from './commands/commands.js';
import { GuestNames } from './messages/guest-names.js';
import { HeldRepository } from './held/held.repository.js';
import { HeldMessages } from './held/held-messages.js';
import { AuditRepository } from './moderation/audit.repository.js';
import { AuditLog } from './moderation/audit-log.js';
import { BanRepository } from './room/ban.repository.js';
import { Bans } from './moderation/bans.js';
import { DeletedAccounts } from './deleted-accounts.js';
import { DeletionRepository } from './moderation/deletion.repository.js';
import { ModerationGateway } from './moderation/moderation.gateway.js';
import { Moderation } from './moderation/moderation.js';
import { ModeratorRepository } from './moderation/moderator.repository.js';
import { ModeratorsController } from './moderation/moderators.controller.js';
import { Moderators } from './moderation/moderators.js';
import { ModeratorViewsGateway } from './moderator-views.gateway.js';
import { PersonFinder } from './moderation/person-finder.js';
import { ReactionRepository } from './messages/reaction.repository.js';
import { Reactions } from './reactions/reactions.js';
import { RoomChangeRepository } from './room/room-change.repository.js';
import { RoomChanges } from './room/room-changes.js';
import { RoomFollower } from './room/room-follower.js';
import { RoomRepository } from './room/room.repository.js';
import { ChatSettingsService } from './moderation/chat-settings.service.js';
import { SlowTurnRepository } from './rules/slow-turn.repository.js';
import { SLOW_TURNS } from './rules/slow-turns.js';
import { WritingRules } from './rules/writing-rules.js';
import { MessageSearch } from './search/message-search.js';

/**
 * Provides the chat. Messages are stored, numbered without gaps, and broadcast to everyone in the
 * room.
 */
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
    MessageSearch,
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
    ModeratorViewsGateway,
    PersonFinder,
    ReactionRepository,
    Reactions,
    RoomChangeRepository,
    RoomChanges,
    RoomFollower,
    RoomRepository,
    WritingRules,
    {
      provide: SLOW_TURNS,
      inject: [CONFIG, PrismaService, Jobs, LOG],
      useFactory: ({ node }: Config, db: PrismaService, jobs: Jobs, log: Log) =>
        node.url === null ? null : new SlowTurnRepository(db, jobs, log),
    },
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

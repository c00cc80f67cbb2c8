import { Module } from '@nestjs/common';
import { DbModule } from '../db/db.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastHistory } from './broadcast-history.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastVisibility } from './broadcast-visibility.js';
import { BroadcastMetrics } from './broadcast-metrics.js';
import { BroadcastController } from './broadcast.controller.js';
import { BroadcastRepository } from './broadcast.repository.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { IngestController } from './ingest.controller.js';
import { PeerTransports } from './peer-transports.js';
import { PublishingService } from './publishing.service.js';
import { ViewingService } from './viewing.service.js';

/** The domain of broadcasts: publishing, viewing, and their history. */
@Module({
  imports: [DbModule, AuthModule, ChannelsModule],
  controllers: [BroadcastController, IngestController],
  providers: [
    BroadcastHistory,
    BroadcastRepository,
    BroadcastJournal,
    BroadcastMetrics,
    BroadcastVisibility,
    PeerTransports,
    PublishingService,
    ViewingService,
  ],
  exports: [
    ChannelsModule,
    BroadcastHistory,
    BroadcastVisibility,
    PeerTransports,
    PublishingService,
    ViewingService,
  ],
})
export class BroadcastModule {}

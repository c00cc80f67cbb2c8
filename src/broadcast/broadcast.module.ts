import { Module } from '@nestjs/common';
import { DbModule } from '../db/db.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastControl } from './broadcast-control.js';
import { BroadcastEntry } from './broadcast-entry.js';
import { BroadcastFactory } from './broadcast-factory.js';
import { BroadcastHeir } from './broadcast-heir.js';
import { BroadcastHistory } from './broadcast-history.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastVisibility } from './broadcast-visibility.js';
import { BroadcastMetrics } from './broadcast-metrics.js';
import { BroadcastController } from './broadcast.controller.js';
import { BroadcastRepository } from './broadcast.repository.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { IngestController } from './ingest.controller.js';
import { PeerTransports } from './peer-transports.js';
import { PublisherMoves } from './publisher-moves.js';
import { PublishingService } from './publishing.service.js';
import { RemoteMediaRegistry } from './remote-media-registry.js';
import { TakeOver } from './take-over.js';
import { ViewingService } from './viewing.service.js';

/** The broadcast domain: publishing, viewing, and the broadcast history. */
@Module({
  imports: [DbModule, AuthModule, ChannelsModule],
  controllers: [BroadcastController, IngestController],
  providers: [
    BroadcastControl,
    BroadcastEntry,
    BroadcastFactory,
    BroadcastHeir,
    BroadcastHistory,
    BroadcastRepository,
    BroadcastJournal,
    BroadcastMetrics,
    BroadcastVisibility,
    PeerTransports,
    PublisherMoves,
    PublishingService,
    RemoteMediaRegistry,
    TakeOver,
    ViewingService,
  ],
  exports: [
    ChannelsModule,
    BroadcastControl,
    BroadcastHistory,
    BroadcastVisibility,
    PeerTransports,
    PublishingService,
    TakeOver,
    ViewingService,
  ],
})
export class BroadcastModule {}

import { Module } from '@nestjs/common';
import { DbModule } from '../db/db.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastHistory } from './broadcast-history.service.js';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastVisibility } from './broadcast-visibility.service.js';
import { BroadcastController } from './broadcast.controller.js';
import { BroadcastRepository } from './broadcast.repository.js';
import { ChannelController } from './channel.controller.js';
import { ChannelRepository } from './channel.repository.js';
import { ChannelService } from './channel.service.js';
import { IngestController } from './ingest.controller.js';
import { PeerTransports } from './peer-transports.js';
import { PublishingService } from './publishing.service.js';
import { BroadcastRegistry } from './registry.js';
import { StreamKeyController } from './stream-key/stream-key.controller.js';
import { StreamKeyRepository } from './stream-key/stream-key.repository.js';
import { StreamKeyService } from './stream-key/stream-key.service.js';
import { ViewingService } from './viewing.service.js';

/** The domain: channels, and the broadcasts on them. */
@Module({
  imports: [DbModule, AuthModule],
  controllers: [ChannelController, BroadcastController, IngestController, StreamKeyController],
  providers: [
    ChannelRepository,
    ChannelService,
    BroadcastHistory,
    BroadcastRegistry,
    BroadcastRepository,
    BroadcastJournal,
    BroadcastVisibility,
    PeerTransports,
    PublishingService,
    StreamKeyRepository,
    StreamKeyService,
    ViewingService,
  ],
  exports: [
    BroadcastHistory,
    BroadcastVisibility,
    ChannelService,
    BroadcastRegistry,
    PeerTransports,
    PublishingService,
    StreamKeyService,
    ViewingService,
  ],
})
export class BroadcastModule {}

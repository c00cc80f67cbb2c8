import { Module } from '@nestjs/common';
import { BroadcastJournal } from './broadcast-journal.js';
import { BroadcastRepository } from './broadcast.repository.js';
import { PeerTransports } from './peer-transports.js';
import { PublishingService } from './publishing.service.js';
import { BroadcastRegistry } from './registry.js';
import { ViewingService } from './viewing.service.js';

/** The domain: channels, and the broadcasts on them. */
@Module({
  providers: [
    BroadcastRegistry,
    BroadcastRepository,
    BroadcastJournal,
    PeerTransports,
    PublishingService,
    ViewingService,
  ],
  exports: [BroadcastRegistry, PeerTransports, PublishingService, ViewingService],
})
export class BroadcastModule {}

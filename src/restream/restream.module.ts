import { Module } from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { DbModule } from '../db/db.module.js';
import { DestinationsModule } from '../security/destinations/destinations.module.js';
import { SrtModule } from '../srt/srt.module.js';
import { RestreamDialer } from './restream-dialer.js';
import { RestreamController } from './restream.controller.js';
import { RestreamRepository } from './restream.repository.js';
import { RestreamService } from './restream.service.js';
import { Restreams } from './restreams.js';
import { Senders } from './senders.js';
import { SrtPublisher } from './srt/srt-publisher.js';
import { RelayThread } from './whip/relay-thread.js';

/** Sends broadcasts on to other services. */
@Module({
  imports: [DbModule, AuthModule, BroadcastModule, DestinationsModule, SrtModule],
  controllers: [RestreamController],
  providers: [
    RestreamDialer,
    RestreamRepository,
    RestreamService,
    Restreams,
    Senders,
    SrtPublisher,
    { provide: RelayThread, inject: [LOG], useFactory: (log: Log) => new RelayThread(log) },
  ],
})
export class RestreamModule {}

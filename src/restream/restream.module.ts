import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { DbModule } from '../db/db.module.js';
import { DestinationsModule } from '../security/destinations/destinations.module.js';
import { RestreamDialer } from './restream-dialer.js';
import { RestreamController } from './restream.controller.js';
import { RestreamRepository } from './restream.repository.js';
import { RestreamService } from './restream.service.js';
import { Restreams } from './restreams.js';

/** Sends broadcasts on to other services. */
@Module({
  imports: [DbModule, AuthModule, BroadcastModule, DestinationsModule],
  controllers: [RestreamController],
  providers: [RestreamDialer, RestreamRepository, RestreamService, Restreams],
})
export class RestreamModule {}

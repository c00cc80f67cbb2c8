import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { BroadcastMetrics } from './broadcast-metrics.js';
import { SignalingGateway } from './signaling.gateway.js';
import { WhepEvents } from './whep/whep-events.js';
import { WhepExtensionsController } from './whep/whep-extensions.controller.js';
import { WhepController } from './whep/whep.controller.js';
import { WhepService } from './whep/whep.service.js';
import { WhipController } from './whip/whip.controller.js';
import { WhipService } from './whip/whip.service.js';

/** The ways to broadcasts: the socket, WHIP and WHEP. */
@Module({
  imports: [BroadcastModule],
  controllers: [WhipController, WhepController, WhepExtensionsController],
  providers: [SignalingGateway, BroadcastMetrics, WhipService, WhepService, WhepEvents],
})
export class SignalingModule {}

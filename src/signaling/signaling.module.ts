import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { BroadcastMetrics } from './broadcast-metrics.js';
import { SignalingGateway } from './signaling.gateway.js';
import { WhipController } from './whip/whip.controller.js';
import { WhipService } from './whip/whip.service.js';

/** The ways to broadcasts: the socket, and WHIP. */
@Module({
  imports: [BroadcastModule],
  controllers: [WhipController],
  providers: [SignalingGateway, BroadcastMetrics, WhipService],
})
export class SignalingModule {}

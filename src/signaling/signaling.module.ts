import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { BroadcastMetrics } from './broadcast-metrics.js';
import { SignalingGateway } from './signaling.gateway.js';

/** The socket's way to broadcasts. */
@Module({ imports: [BroadcastModule], providers: [SignalingGateway, BroadcastMetrics] })
export class SignalingModule {}

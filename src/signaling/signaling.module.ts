import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { SignalingGateway } from './signaling.gateway.js';

/** Publishing and watching by the socket. */
@Module({ imports: [BroadcastModule], providers: [SignalingGateway] })
export class SignalingModule {}

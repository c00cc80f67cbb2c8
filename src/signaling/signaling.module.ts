import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { SignalingGateway } from './signaling.gateway.js';

/** Handles publishing and watching over the socket. */
@Module({ imports: [BroadcastModule], providers: [SignalingGateway] })
export class SignalingModule {}

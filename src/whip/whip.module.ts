import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { SessionNodes } from '../http-rtc/session-nodes.js';
import { WhipController } from './whip.controller.js';
import { WhipService } from './whip.service.js';

/** Provides publishing over WHIP (RFC 9725). */
@Module({
  imports: [BroadcastModule],
  controllers: [WhipController],
  providers: [WhipService, SessionNodes],
})
export class WhipModule {}

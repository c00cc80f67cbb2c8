import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { WhipController } from './whip.controller.js';
import { WhipService } from './whip.service.js';

/** Publishing by WHIP (RFC 9725). */
@Module({ imports: [BroadcastModule], controllers: [WhipController], providers: [WhipService] })
export class WhipModule {}

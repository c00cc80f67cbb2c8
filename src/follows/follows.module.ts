import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { DbModule } from '../db/db.module.js';
import { FollowController } from './follow.controller.js';
import { FollowRepository } from './follow.repository.js';
import { FollowService } from './follow.service.js';

/** Provides follows of channels. */
@Module({
  imports: [DbModule, BroadcastModule],
  controllers: [FollowController],
  providers: [FollowRepository, FollowService],
  exports: [FollowService],
})
export class FollowsModule {}

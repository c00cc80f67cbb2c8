import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { DbModule } from '../db/db.module.js';
import { ChannelController } from './channel.controller.js';
import { ChannelRepository } from './channel.repository.js';
import { ChannelService } from './channel.service.js';
import { StreamKeyController } from './stream-key/stream-key.controller.js';
import { StreamKeyRepository } from './stream-key/stream-key.repository.js';
import { StreamKeyService } from './stream-key/stream-key.service.js';

/** Provides channels and their stream keys. */
@Module({
  imports: [DbModule, AuthModule],
  controllers: [ChannelController, StreamKeyController],
  providers: [ChannelRepository, ChannelService, StreamKeyRepository, StreamKeyService],
  exports: [ChannelService, StreamKeyService],
})
export class ChannelsModule {}

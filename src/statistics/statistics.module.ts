import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { ChatModule } from '../chat/chat.module.js';
import { DbModule } from '../db/db.module.js';
import { SampleRepository } from './sample.repository.js';
import { SampleWriter } from './sample-writer.js';
import { BroadcastSampler } from './broadcast-sampler.js';
import { StatisticsController } from './statistics.controller.js';
import { StatisticsService } from './statistics.service.js';

/** Provides the viewer counts, watch time and chat activity of broadcasts. */
@Module({
  imports: [DbModule, BroadcastModule, ChatModule],
  controllers: [StatisticsController],
  providers: [BroadcastSampler, SampleRepository, SampleWriter, StatisticsService],
})
export class StatisticsModule {}

import { Module } from '@nestjs/common';
import { ChannelsModule } from '../channels/channels.module.js';
import { DbModule } from '../db/db.module.js';
import { SharingGateway } from './sharing.gateway.js';
import { SharingMetrics } from './sharing-metrics.js';
import { SharingController } from './sharing.controller.js';
import { SharingRepository } from './sharing.repository.js';
import { SharingService } from './sharing.service.js';
import { SharingSettingsService } from './sharing-settings.service.js';
import { Tracker } from './tracker/tracker.js';

/** Provides peer-to-peer sharing of media between viewers. */
@Module({
  imports: [DbModule, ChannelsModule],
  controllers: [SharingController],
  providers: [
    SharingGateway,
    SharingMetrics,
    SharingRepository,
    SharingService,
    SharingSettingsService,
    Tracker,
  ],
  exports: [SharingSettingsService],
})
export class SharingModule {}

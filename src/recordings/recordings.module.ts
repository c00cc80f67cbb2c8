import { Global, Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { RECORDING } from '../broadcast/ports/recording.js';
import { DbModule } from '../db/db.module.js';
import { ChannelRecordingsController } from './channel-recordings.controller.js';
import { ClipNodes } from './clips/clip-nodes.js';
import { ClipController } from './clips/clip.controller.js';
import { ClipRepository } from './clips/clip.repository.js';
import { ClipService } from './clips/clip.service.js';
import { DownloadController } from './download/download.controller.js';
import { DownloadService } from './download/download.service.js';
import { GuestKeepers } from './guests/guest-keepers.js';
import { GuestRecordingController } from './guests/guest-recording.controller.js';
import { GuestRecordingRepository } from './guests/guest-recording.repository.js';
import { GuestRecordings } from './guests/guest-recordings.js';
import { RecordedPages } from './recorded-pages.js';
import { RecordingSettingsService } from './recording-settings.service.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingKeepers } from './recording-keepers.js';
import { RecordingMetrics } from './recording-metrics.js';
import { RecordingSpace } from './recording-space.js';
import { StorageController } from './quota/storage.controller.js';
import { RecordingController } from './recording.controller.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';
import { RecordingRetention } from './recording-retention.js';
import { CostlyReads } from './vod/costly-reads.js';
import { VodCatalog } from './vod/vod-catalog.js';
import { VodGuards } from './vod/vod-guards.js';
import { VodTexts } from './vod/vod-texts.js';
import { VodAuthorizer } from './vod/vod-authorizer.js';
import { VodSound } from './vod/vod-sound.js';
import { VodController } from './vod/vod.controller.js';

/**
 * Provides recordings of broadcasts. It is global because the packager's module injects the port
 * without importing this module.
 */
@Global()
@Module({
  imports: [DbModule, BroadcastModule],
  controllers: [
    ChannelRecordingsController,
    RecordingController,
    DownloadController,
    GuestRecordingController,
    ClipController,
    StorageController,
    VodController,
  ],
  providers: [
    ClipNodes,
    ClipRepository,
    ClipService,
    DownloadService,
    GuestKeepers,
    GuestRecordingRepository,
    GuestRecordings,
    RecordedPages,
    RecordingFiles,
    RecordingMetrics,
    RecordingRepository,
    RecordingService,
    RecordingSettingsService,
    RecordingKeepers,
    RecordingRetention,
    RecordingSpace,
    CostlyReads,
    VodCatalog,
    VodGuards,
    VodTexts,
    VodAuthorizer,
    VodSound,
    { provide: RECORDING, useExisting: RecordingKeepers },
  ],
  exports: [RECORDING, RecordedPages, RecordingSpace],
})
export class RecordingsModule {}

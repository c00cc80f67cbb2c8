import { Global, Module } from '@nestjs/common';
import { MEDIA } from '../broadcast/ports/media.js';
import { STAGE_MEDIA } from '../broadcast/ports/stage.js';
import { SfuMetrics } from './sfu-metrics.js';
import { SfuService } from './sfu.service.js';
import { StageSfu } from './stage/stage-sfu.js';

/**
 * Implements the domain's media ports with mediasoup. Global because the domain injects the ports
 * and doesn't import this module.
 */
@Global()
@Module({
  providers: [
    SfuService,
    SfuMetrics,
    StageSfu,
    { provide: MEDIA, useExisting: SfuService },
    { provide: STAGE_MEDIA, useExisting: StageSfu },
  ],
  exports: [MEDIA, STAGE_MEDIA, SfuService],
})
export class SfuModule {}

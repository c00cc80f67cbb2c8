import { Global, Module } from '@nestjs/common';
import { PACKAGING } from '../broadcast/ports/packaging.js';
import { HlsDelivery } from './delivery/hls-delivery.js';
import { HlsFastPath } from './delivery/hls-fast-path.js';
import { HlsMetrics } from './delivery/hls-metrics.js';
import { HLS_SOURCE } from './delivery/hls-source.js';
import { HlsController } from './hls.controller.js';
import { HlsService } from './hls.service.js';

/**
 * Implements the domain's packaging port. Global because the domain injects the port, not this
 * module.
 */
@Global()
@Module({
  controllers: [HlsController],
  providers: [
    HlsService,
    HlsDelivery,
    HlsFastPath,
    HlsMetrics,
    { provide: PACKAGING, useExisting: HlsService },
    { provide: HLS_SOURCE, useExisting: HlsService },
  ],
  exports: [PACKAGING, HLS_SOURCE, HlsService],
})
export class HlsModule {}

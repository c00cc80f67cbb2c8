import { Global, Module } from '@nestjs/common';
import { MEDIA } from '../broadcast/ports/media.js';
import { SfuMetrics } from './sfu-metrics.js';
import { SfuService } from './sfu.service.js';

/**
 * Implements the domain's media port with mediasoup. Global because the domain injects the port and
 * doesn't import this module.
 */
@Global()
@Module({
  providers: [SfuService, SfuMetrics, { provide: MEDIA, useExisting: SfuService }],
  exports: [MEDIA, SfuService],
})
export class SfuModule {}

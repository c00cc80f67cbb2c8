import { Global, Module } from '@nestjs/common';
import { MEDIA } from '../broadcast/ports/media.js';
import { SfuMetrics } from './sfu-metrics.js';
import { SfuService } from './sfu.service.js';

/** Implements the domain's media port with mediasoup. Global: the domain asks for the port, not for this. */
@Global()
@Module({
  providers: [SfuService, SfuMetrics, { provide: MEDIA, useExisting: SfuService }],
  exports: [MEDIA, SfuService],
})
export class SfuModule {}

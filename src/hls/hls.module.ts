import { Global, Module } from '@nestjs/common';
import { PACKAGING } from '../broadcast/ports.js';
import { HlsService } from './hls.service.js';
import { ThumbnailController } from './thumbnail/thumbnail.controller.js';

/** Implements the domain's packaging port. Global: the domain asks for the port, not for this. */
@Global()
@Module({
  controllers: [ThumbnailController],
  providers: [HlsService, { provide: PACKAGING, useExisting: HlsService }],
  exports: [PACKAGING, HlsService],
})
export class HlsModule {}

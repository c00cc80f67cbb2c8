import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { RtmpService } from './rtmp/rtmp.service.js';

/** Provides publishing over RTMP and RTMPS. */
@Module({ imports: [BroadcastModule], providers: [RtmpService] })
export class IngestModule {}

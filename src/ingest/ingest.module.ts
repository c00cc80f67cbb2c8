import { Module } from '@nestjs/common';
import { BroadcastModule } from '../broadcast/broadcast.module.js';
import { SrtModule } from '../srt/srt.module.js';
import { RtmpService } from './rtmp/rtmp.service.js';
import { SrtService } from './srt/srt.service.js';

/** Provides publishing over RTMP, RTMPS and SRT. */
@Module({ imports: [BroadcastModule, SrtModule], providers: [RtmpService, SrtService] })
export class IngestModule {}

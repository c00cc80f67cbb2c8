import { Global, Module } from '@nestjs/common';
import { TranscodeService } from './transcode.service.js';

/** Provides transcoding. Global because HLS and WebRTC share one limit. */
@Global()
@Module({ providers: [TranscodeService], exports: [TranscodeService] })
export class TranscodeModule {}

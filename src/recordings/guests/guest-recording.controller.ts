import { Readable } from 'node:stream';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentVisitor, ForVisitors } from '../../access/current-visitor.js';
import type { Visitor } from '../../access/visitor.js';
import { DomainError } from '../../common/domain-error.js';
import { Operation } from '../../common/operation.js';
import { GuestRecordingList } from '../../protocol/recording.js';
import { CurrentClient } from '../current-client.js';
import { DownloadService } from '../download/download.service.js';
import { movieBytes } from '../download/movie-bytes.js';
import { RecordingFiles } from '../recording-files.js';
import { sendRanged } from '../vod/ranged-response.js';
import { GuestRecordings } from './guest-recordings.js';

/** The HTTP API for the separate recordings of guests. */
@Controller('api/recordings/:id/guests')
export class GuestRecordingController {
  constructor(
    private readonly guests: GuestRecordings,
    private readonly downloads: DownloadService,
    private readonly files: RecordingFiles,
  ) {}

  @Get()
  @ForVisitors()
  @Operation({
    summary: 'List the guests who were recorded separately',
    description: 'For the channel’s owner and moderators. A guest has one file per stay on stage.',
    reply: GuestRecordingList,
    errors: ['recording_not_found', 'password_required', 'rate_limited', 'unavailable'],
  })
  async list(
    @Param('id') id: string,
    @CurrentVisitor() visitor: Visitor,
    @CurrentClient() client: string,
  ): Promise<GuestRecordingList> {
    return this.guests.list(id, { visitor, client });
  }

  @Get(':guest/download.mp4')
  @ForVisitors()
  @Operation({
    summary: 'Download the separate recording of a guest as one MP4',
    description: 'For the channel’s owner and moderators. Supports ranges.',
    reply: null,
    errors: [
      'recording_not_found',
      'recording_not_ready',
      'password_required',
      'not_found',
      'rate_limited',
      'unavailable',
    ],
  })
  // oxlint-disable-next-line max-params -- injected by Nest
  async download(
    @Param('id') recordingId: string,
    @Param('guest') id: string,
    @CurrentVisitor() visitor: Visitor,
    @CurrentClient() client: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { recording, guest } = await this.guests.find({ id, recordingId }, visitor);
    const { plan, fileName, etag } = await this.downloads.ofGuest(recording, guest, client);
    reply.headers({
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'private, no-cache',
    });
    const sent = await sendRanged(request, reply, {
      byteLength: plan.byteLength,
      contentType: 'video/mp4',
      etag,
      open: async (range) =>
        Readable.from(movieBytes(plan, this.files.store, range), { objectMode: false }),
    });
    if (!sent) throw new DomainError('not_found', 'This file no longer exists.');
  }
}

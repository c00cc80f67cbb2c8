import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Visitor } from '../../access/visitor.js';
import { DomainError } from '../../common/domain-error.js';
import { Operation } from '../../common/operation.js';
import { CurrentVisitor, ForVisitors } from '../../access/current-visitor.js';
import { RecordingDownload } from '../../protocol/recording.js';
import { CurrentClient } from '../current-client.js';
import { RecordingFiles } from '../recording-files.js';
import { sendRanged } from '../vod/ranged-response.js';
import { DownloadService } from './download.service.js';
import { movieBytes } from './movie-bytes.js';

/** The HTTP API for downloads. */
@Controller('api/recordings/:id')
export class DownloadController {
  constructor(
    private readonly downloads: DownloadService,
    private readonly files: RecordingFiles,
  ) {}

  @Get('download.mp4')
  @ForVisitors()
  @Operation({
    summary: 'Download a recording as one MP4',
    description:
      'Contains the audio and the requested video rendition; by default, the best one that covers the whole recording. Supports ranges.',
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
    @Param('id') id: string,
    @Query({ schema: RecordingDownload }) { rendition }: RecordingDownload,
    @CurrentVisitor() visitor: Visitor,
    @CurrentClient() client: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { plan, fileName, etag } = await this.downloads.find(
      id,
      { visitor, client },
      rendition ?? null,
    );
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
    if (!sent) throw new DomainError('recording_not_found', 'Recording not found.');
  }
}

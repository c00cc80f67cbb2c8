import { Controller, Get, Head, Options, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CROSS_ORIGIN, sendPreflight } from '../common/http/media-response.js';
import { HlsDelivery } from './delivery/hls-delivery.js';
import { notFound } from './delivery/refusals.js';

/**
 * Answers the /hls requests that HlsFastPath passes on: thumbnails, CORS preflights, and unknown
 * paths.
 */
@Controller()
export class HlsController {
  constructor(private readonly delivery: HlsDelivery) {}

  /**
   * Serves thumbnails to pages, where cookies authorize the viewer, and to players, which fetch
   * them from the same path as the playlists.
   */
  @Get(['hls/:name/thumbnail.jpg', 'hls/:name/thumbnail/:file'])
  async picture(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const resource = this.delivery.read(request.raw);
    if (!resource) throw notFound();
    reply.hijack();
    await this.delivery.answer(resource, reply.raw, { isAdmitted: true });
  }

  // Must precede GET, because Fastify otherwise adds its own HEAD route.
  @Head('hls/*')
  head(@Res({ passthrough: true }) reply: FastifyReply): never {
    return this.get(reply);
  }

  @Get('hls/*')
  get(@Res({ passthrough: true }) reply: FastifyReply): never {
    reply.headers(CROSS_ORIGIN);
    throw notFound();
  }

  @Options('hls/*')
  preflight(@Res() reply: FastifyReply): void {
    reply.hijack();
    sendPreflight(reply.raw);
  }
}

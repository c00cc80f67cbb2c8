import { Controller, Get, Head, Options, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HlsDelivery } from './hls-delivery.js';

/** Broadcasts for players: playlists, segments, parts, and pictures. */
@Controller()
export class HlsController {
  readonly #delivery: HlsDelivery;

  constructor(delivery: HlsDelivery) {
    this.#delivery = delivery;
  }

  /** For pages, whose visitors show by their cookies that they may watch; players have it beside the playlists. */
  @Get(['hls/:name/thumbnail.jpg', 'hls/:name/thumbnail/:file'])
  picture(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#delivery.answerVisitor(request, reply);
  }

  // Before the other: Fastify would make one of it by itself.
  @Head('hls/*')
  head(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#delivery.answer(request, reply);
  }

  @Get('hls/*')
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#delivery.answer(request, reply);
  }

  @Options('hls/*')
  preflight(@Res() reply: FastifyReply): void {
    this.#delivery.preflight(reply);
  }
}

import { Controller, Get, Head, Options, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CROSS_ORIGIN, sendPreflight } from './delivery/hls-answer.js';
import { nothingHere } from './delivery/refusals.js';

/** What is left of the requests under /hls by the HlsFront: addresses of nothing, and questions before others. */
@Controller()
export class HlsController {
  // Before the other: Fastify would make one of it by itself.
  @Head('hls/*')
  head(@Res({ passthrough: true }) reply: FastifyReply): never {
    return this.get(reply);
  }

  @Get('hls/*')
  get(@Res({ passthrough: true }) reply: FastifyReply): never {
    reply.headers(CROSS_ORIGIN);
    throw nothingHere();
  }

  @Options('hls/*')
  preflight(@Res() reply: FastifyReply): void {
    reply.hijack();
    sendPreflight(reply.raw);
  }
}

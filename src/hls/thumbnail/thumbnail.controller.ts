import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../../common/domain-error.js';
import { HlsService } from '../hls.service.js';

/** The newest picture of what is on. */
@Controller('hls/:name/thumbnail')
export class ThumbnailController {
  readonly #hls: HlsService;

  constructor(hls: HlsService) {
    this.#hls = hls;
  }

  /** A list that was read a minute ago names an older picture: it gets the newest one. */
  @Get(':file')
  get(@Param('name') name: string, @Param('file') file: string, @Res() reply: FastifyReply) {
    const picture = this.#hls.thumbnail(name)?.picture;
    if (!picture) throw new DomainError('not_found', 'There is no picture of this channel now.');
    const isNamed = file === `${picture.version}.jpg`;
    return reply
      .header('content-type', 'image/jpeg')
      .header('cache-control', isNamed ? 'public, max-age=86400, immutable' : 'no-cache')
      .send(picture.jpeg);
  }
}

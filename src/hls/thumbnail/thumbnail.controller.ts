import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isProtected } from '../../access/access-policy.js';
import { AccessService } from '../../access/access.service.js';
import { DomainError } from '../../common/domain-error.js';
import { HlsService } from '../hls.service.js';

/** The newest picture of what is on. */
@Controller('hls/:name/thumbnail')
export class ThumbnailController {
  readonly #hls: HlsService;
  readonly #access: AccessService;

  constructor(hls: HlsService, access: AccessService) {
    this.#hls = hls;
    this.#access = access;
  }

  /** A list that was read a minute ago names an older picture: it gets the newest one. */
  @Get(':file')
  async get(@Param('name') name: string, @Param('file') file: string, @Res() reply: FastifyReply) {
    const picture = this.#hls.thumbnail(name)?.picture;
    if (!picture) throw new DomainError('not_found', 'There is no picture of this channel now.');
    const access = await this.#access.find(name);
    const isForAll = access === null || !isProtected(access);
    const isNamed = file === `${picture.version}.jpg`;
    return reply
      .header('content-type', 'image/jpeg')
      .header('cache-control', cacheControl({ isNamed, isForAll }))
      .send(picture.jpeg);
  }
}

function cacheControl({ isNamed, isForAll }: { isNamed: boolean; isForAll: boolean }): string {
  if (!isForAll) return 'private, no-store';
  return isNamed ? 'public, max-age=86400, immutable' : 'no-cache';
}

import type { IncomingMessage } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * Passes request bodies that contain pictures to the route as unread streams. The route reads them
 * up to its limit.
 */
@Injectable()
export class PictureBodies implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addContentTypeParser(
      ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
      (_request: FastifyRequest, body: IncomingMessage, done) => done(null, body),
    );
  }
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ADMISSION, type Admission } from '../../common/admission.js';
import { sendError } from '../../common/http/media-response.js';
import { HlsDelivery } from './hls-delivery.js';

/**
 * Answers requests under /hls before they reach the framework. A viewer sends six or more small
 * requests a second, and routing each of them through Nest and Fastify would cost as much as the
 * response itself.
 */
@Injectable()
export class HlsFastPath implements OnApplicationBootstrap {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly delivery: HlsDelivery,
    @Inject(ADMISSION) private readonly admission: Admission,
  ) {}

  onApplicationBootstrap(): void {
    const server: Server = this.host.httpAdapter.getHttpServer();
    const others = server.listeners('request');
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#take(request, response)) return;
      for (const other of others) Reflect.apply(other, server, [request, response]);
    });
  }

  /** Answers the request, or returns false and leaves the request untouched. */
  #take(request: IncomingMessage, response: ServerResponse): boolean {
    const resource = this.delivery.read(request);
    // Pages fetch thumbnails without a token. Cookies, which the framework parses, identify the
    // viewer.
    const needsCookies = resource?.address.what === 'thumbnail' && !resource.hasToken;
    if (!resource || needsCookies) return false;
    const refused = this.admission.refusal(request, response);
    if (refused) sendError(response, refused);
    else void this.delivery.answer(resource, response);
    return true;
  }
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { HlsDelivery } from './hls-delivery.js';

/**
 * Answers what is asked for under /hls before the framework sees it. A viewer asks six times a second and more, for
 * little each time: the way through Nest and Fastify would take as long as the answer.
 */
@Injectable()
export class HlsFront implements OnApplicationBootstrap {
  readonly #host: HttpAdapterHost;
  readonly #delivery: HlsDelivery;

  constructor(host: HttpAdapterHost, delivery: HlsDelivery) {
    this.#host = host;
    this.#delivery = delivery;
  }

  onApplicationBootstrap(): void {
    const server: Server = this.#host.httpAdapter.getHttpServer();
    const others = server.listeners('request');
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#delivery.take(request, response)) return;
      for (const other of others) Reflect.apply(other, server, [request, response]);
    });
  }
}

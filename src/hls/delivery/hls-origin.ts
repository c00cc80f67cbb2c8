import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { NODE_RESOURCES, type NodeResources } from '../../cluster/node-resources.js';
import { errorBodyOf } from '../../common/error-body.js';
import { send, sendError } from '../../common/http/media-response.js';
import { LOG, type Log } from '../../common/logger.js';
import { parseHlsAddress } from './hls-address.js';
import { LocalHls } from './local-hls.js';
import { isClientGone, noSuchMedia, notFound } from './refusals.js';

/**
 * Answers other nodes' requests for resources of the broadcasts that are packaged here. The
 * requesting node checks who can watch, and restricts caching accordingly.
 */
@Injectable()
export class HlsOrigin implements OnModuleInit {
  readonly #log: Log;
  #requests = 0;
  #bytes = 0;

  constructor(
    private readonly local: LocalHls,
    @Inject(NODE_RESOURCES) private readonly resources: NodeResources,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'hls' });
  }

  onModuleInit(): void {
    this.resources.serve('hls', (path, request, response) => this.#answer(path, request, response));
  }

  /** Responses since startup. */
  get traffic(): Readonly<{ requests: number; bytes: number }> {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  async #answer(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const [path = '', query = ''] = url.split('?', 2);
      const address = parseHlsAddress(path);
      if (!address) throw notFound();
      this.#requests += 1;
      const media = await this.local.find({ address, query, request });
      const bytes = await send(request, response, media);
      if (bytes === null) throw noSuchMedia();
      this.#bytes += bytes;
    } catch (error) {
      if (isClientGone(error) || response.headersSent) response.destroy();
      else sendError(response, errorBodyOf(error, this.#log, { route: '/node/hls' }));
    }
  }
}

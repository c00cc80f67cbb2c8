import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HlsAuthorizer, withoutToken } from '../../access/hls-authorizer.js';
import { errorBodyOf } from '../../common/error-body.js';
import { LOG, type Log } from '../../common/logger.js';
import { type HlsAddress, parseHlsAddress } from './hls-address.js';
import { type MediaResponse, send, sendError } from '../../common/http/media-response.js';
import { HLS_EDGE, type HlsEdge } from './hls-edge.js';
import { LocalHls, type Wanted } from './local-hls.js';
import { isClientGone, noSuchMedia, notLive } from './refusals.js';

/** Totals of responses since startup. */
export type Traffic = Readonly<{
  requests: Readonly<Record<HlsAddress['what'] | 'refused', number>>;
  bytes: number;
}>;

/** A request for a resource of a broadcast. */
export type HlsRequest = Wanted &
  Readonly<{
    path: string;
    /** Whether the path contains a token, which authorizes the request. */
    hasToken: boolean;
  }>;

/** Answers requests under /hls. */
@Injectable()
export class HlsDelivery {
  readonly #log: Log;
  readonly #requests = {
    multivariant: 0,
    playlist: 0,
    digests: 0,
    init: 0,
    segment: 0,
    part: 0,
    thumbnail: 0,
    refused: 0,
  };
  #bytes = 0;

  constructor(
    private readonly local: LocalHls,
    @Inject(HLS_EDGE) private readonly edge: HlsEdge | null,
    private readonly authorizer: HlsAuthorizer,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'hls' });
  }

  get traffic(): Traffic {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  /** Parses a request; returns null if its path is not an HLS address. */
  read(request: IncomingMessage): HlsRequest | null {
    const { url = '', method } = request;
    if (!url.startsWith('/hls/') || (method !== 'GET' && method !== 'HEAD')) return null;
    const [path = '', query = ''] = url.split('?', 2);
    const bare = withoutToken(path);
    const address = parseHlsAddress(bare);
    return address && { address, path, hasToken: bare !== path, query, request };
  }

  /**
   * Answers a request. Never rejects.
   * @param isAdmitted whether access was already checked, so that the address needs no token
   */
  async answer(
    resource: HlsRequest,
    response: ServerResponse,
    { isAdmitted = false } = {},
  ): Promise<void> {
    const { address, request } = resource;
    try {
      let access = await this.#assertAllowed(resource, isAdmitted);
      let found = this.edge?.find(resource) ?? this.local.find(resource);
      if (found instanceof Promise) {
        found = await found;
        // The request may have waited for a while, so access is checked again before sending.
        access = await this.#assertAllowed(resource, isAdmitted);
      }
      const media = access.isProtected ? forOne(found, address) : found;
      const bytes = await send(request, response, media);
      if (bytes === null) throw noSuchMedia();
      this.#requests[address.what] += 1;
      this.#bytes += bytes;
    } catch (error) {
      this.#refuse(error, address, response);
    }
  }

  /**
   * @throws {DomainError} `not_found` if the client isn't allowed to watch, the same as for a
   *   channel that isn't live
   */
  async #assertAllowed(
    { path, address }: HlsRequest,
    isAdmitted: boolean,
  ): Promise<{ isProtected: boolean }> {
    const { isAllowed, isProtected } = await this.authorizer.open(path);
    if (!isAllowed && !isAdmitted) throw notLive(address.channel);
    return { isProtected };
  }

  #refuse(error: unknown, { what }: HlsAddress, response: ServerResponse): void {
    // The client disconnected before or during the response, so there is nobody to answer.
    if (isClientGone(error) || response.headersSent) {
      response.destroy();
      return;
    }
    this.#requests.refused += 1;
    sendError(response, errorBodyOf(error, this.#log, { route: `/hls/${what}` }));
  }
}

/**
 * Restricts caching of a protected channel's responses. Only the player's own cache may store them,
 * and no cache may store resources that change.
 */
function forOne(media: MediaResponse, { what }: HlsAddress): MediaResponse {
  const changes =
    what === 'multivariant' || what === 'playlist' || what === 'digests' || what === 'thumbnail';
  const cacheControl = changes
    ? 'private, no-store'
    : media.cacheControl.replace('public', 'private');
  return { ...media, cacheControl };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { HlsAuthorizer, withoutToken } from '../../access/hls-authorizer.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import { type HlsAddress, parseHlsAddress } from './hls-address.js';
import { type Answer, send, sendError } from '../../common/http/media-answer.js';
import { HLS_SOURCE, type HlsChannel, type HlsSource } from './hls-source.js';
import { initAnswer, partAnswer, segmentAnswer, thumbnailAnswer } from './media-requests.js';
import { PlaylistRequests } from './playlist-requests.js';
import {
  isClientGone,
  noSuchMedia,
  noSuchRendition,
  noSuchRun,
  notLive,
  unforeseen,
} from './refusals.js';
import type { Run } from '../run/run.js';

/** Totals of the responses since the start. */
export type Traffic = Readonly<{
  requests: Readonly<Record<HlsAddress['what'] | 'refused', number>>;
  bytes: number;
}>;

/** A request for a resource of a broadcast. */
export type Asked = Readonly<{
  address: HlsAddress;
  path: string;
  /** The path contains a token, which authorizes the request. */
  hasToken: boolean;
  query: string;
  request: IncomingMessage;
}>;

/** Answers requests under /hls. */
@Injectable()
export class HlsDelivery {
  readonly #log: Log;
  readonly #playlists: PlaylistRequests;
  readonly #requests = {
    multivariant: 0,
    playlist: 0,
    init: 0,
    segment: 0,
    part: 0,
    thumbnail: 0,
    refused: 0,
  };
  #bytes = 0;

  constructor(
    @Inject(HLS_SOURCE) private readonly source: HlsSource,
    private readonly authorizer: HlsAuthorizer,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'hls' });
    this.#playlists = new PlaylistRequests(source);
  }

  get traffic(): Traffic {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  /** The number of playlist requests waiting for a broadcast's first media. */
  get waiting(): number {
    return this.#playlists.waiting;
  }

  /** Parses a request; returns null if the address is not one of HLS. */
  read(request: IncomingMessage): Asked | null {
    const { url = '', method } = request;
    if (!url.startsWith('/hls/') || (method !== 'GET' && method !== 'HEAD')) return null;
    const [path = '', query = ''] = url.split('?', 2);
    const bare = withoutToken(path);
    const address = parseHlsAddress(bare);
    return address && { address, path, hasToken: bare !== path, query, request };
  }

  /**
   * Answers a request. Never rejects.
   * @param isAdmitted access was already checked: the address needs no token
   */
  async answer(asked: Asked, response: ServerResponse, { isAdmitted = false } = {}): Promise<void> {
    const { address, request } = asked;
    try {
      let access = await this.#assertAllowed(asked, isAdmitted);
      let found = this.#find(asked);
      if (found instanceof Promise) {
        found = await found;
        // The request may have waited for a while: check access again before sending.
        access = await this.#assertAllowed(asked, isAdmitted);
      }
      const answer = access.isProtected ? forOne(found, address) : found;
      const bytes = await send(request, response, answer);
      if (bytes === null) throw noSuchMedia();
      this.#requests[address.what] += 1;
      this.#bytes += bytes;
    } catch (error) {
      this.#refuse(error, response);
    }
  }

  /**
   * @throws {DomainError} `not_found` if the client is not allowed to fetch it, as if the channel
   *   were not live
   */
  async #assertAllowed(
    { path, address }: Asked,
    isAdmitted: boolean,
  ): Promise<{ isProtected: boolean }> {
    const { isAllowed, isProtected } = await this.authorizer.open(path);
    if (!isAllowed && !isAdmitted) throw notLive(address.channel);
    return { isProtected };
  }

  #refuse(error: unknown, response: ServerResponse): void {
    // The client disconnected before or during the response: nobody is left to notify.
    if (isClientGone(error) || response.headersSent) {
      response.destroy();
      return;
    }
    this.#requests.refused += 1;
    if (!(error instanceof DomainError)) this.#log.error({ err: error }, 'a request failed');
    sendError(response, (error instanceof DomainError ? error : unforeseen(error)).toBody());
  }

  #find({ address, query, request }: Asked): Promise<Answer> | Answer {
    const { channel: name } = address;
    const { headers } = request;
    if (address.what === 'multivariant')
      return this.#playlists.multivariant(name, headers, request);
    const channel = this.source.find(name);
    if (!channel) throw notLive(name);
    if (address.what === 'thumbnail') return thumbnailAnswer(channel.thumbnail, address.version);
    const run = runOf(channel, address.run);
    if (!run) throw noSuchRun();
    const of = run.find(address.rendition);
    if (!of) throw noSuchRendition();
    if (address.what === 'playlist') return this.#playlists.media(of, { query, headers }, request);
    run.asked(address.rendition, { forPlaylist: false });
    if (address.what === 'init') return initAnswer(of, address.init);
    if (address.what === 'segment') return segmentAnswer(of, address.msn);
    return partAnswer(of, address, request);
  }
}

/**
 * Restricts caching of responses with restricted access: only the player's own cache stores them,
 * and no cache stores what changes.
 */
function forOne(answer: Answer, { what }: HlsAddress): Answer {
  const changes = what === 'multivariant' || what === 'playlist' || what === 'thumbnail';
  const cacheControl = changes
    ? 'private, no-store'
    : answer.cacheControl.replace('public', 'private');
  return { ...answer, cacheControl };
}

/** Returns the newest run, or an earlier one whose playlists have ended. */
function runOf({ run, earlier = [] }: HlsChannel, id: string): Run | null {
  return run?.id === id ? run : (earlier.find((one) => one.id === id) ?? null);
}

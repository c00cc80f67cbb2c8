import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { MediaResponse } from '../../common/http/media-response.js';
import type { Run } from '../run/run.js';
import type { HlsAddress } from './hls-address.js';
import { HLS_SOURCE, type HlsChannel, type HlsSource } from './hls-source.js';
import {
  digestsResponse,
  initResponse,
  partResponse,
  segmentResponse,
  thumbnailResponse,
} from './media-requests.js';
import { PlaylistRequests } from './playlist-requests.js';
import { noSuchRendition, noSuchRun, notLive } from './refusals.js';

/** A request for a resource of a broadcast. */
export type Wanted = Readonly<{
  address: HlsAddress;
  query: string;
  /** The HTTP request, which may wait for the resource. */
  request: IncomingMessage;
}>;

/** Finds the resources of the broadcasts that are packaged on this node. */
@Injectable()
export class LocalHls {
  readonly #playlists: PlaylistRequests;

  constructor(@Inject(HLS_SOURCE) private readonly source: HlsSource) {
    this.#playlists = new PlaylistRequests(source);
  }

  /** The number of playlist requests waiting for a broadcast's first media. */
  get waiting(): number {
    return this.#playlists.waiting;
  }

  /** Whether this node has the addressed channel and, if the address names a run, that run. */
  has(address: HlsAddress): boolean {
    const channel = this.source.find(address.channel);
    return channel !== undefined && (!('run' in address) || runOf(channel, address.run) !== null);
  }

  /**
   * Returns a resource, as a promise if the request has to wait for it. The caller must have
   * checked access.
   * @throws {DomainError} `not_found`, `bad_request`; `unavailable` if it did not arrive in time
   */
  find({ address, query, request }: Wanted): Promise<MediaResponse> | MediaResponse {
    const { channel: name } = address;
    const { headers } = request;
    if (address.what === 'multivariant')
      return this.#playlists.multivariant(name, headers, request);
    const channel = this.source.find(name);
    if (!channel) throw notLive(name);
    if (address.what === 'thumbnail') return thumbnailResponse(channel.thumbnail, address.version);
    const run = runOf(channel, address.run);
    if (!run) throw noSuchRun();
    const found = run.find(address.rendition);
    if (!found) throw noSuchRendition();
    if (address.what === 'playlist')
      return this.#playlists.media(found, { query, headers }, request);
    run.requested(address.rendition, { forPlaylist: false });
    if (address.what === 'digests') return digestsResponse(found);
    if (address.what === 'init') return initResponse(found, address.init);
    if (address.what === 'segment') return segmentResponse(found, address.msn);
    return partResponse(found, address, request);
  }
}

/**
 * Returns the run with this id: the newest run, or an earlier one whose playlists have ended; null
 * if no such run exists.
 */
function runOf({ run, earlier = [] }: HlsChannel, id: string): Run | null {
  return run?.id === id ? run : (earlier.find((one) => one.id === id) ?? null);
}

import type { OnApplicationShutdown } from '@nestjs/common';
import type { Cluster, NodeId } from '../../cluster/cluster.js';
import { CallError } from '../../cluster/node-calls.js';
import type { NodeResource, NodeResources } from '../../cluster/node-resources.js';
import type { Clock } from '../../common/clock.js';
import { DomainError } from '../../common/domain-error.js';
import { takesGzip } from '../../common/http/byte-range.js';
import type { MediaResponse } from '../../common/http/media-response.js';
import { HttpError } from '../../protocol/error.js';
import { PlaylistWaiters } from '../run/playlist-waiters.js';
import type { BroadcastOrigins } from './broadcast-origins.js';
import { type HlsAddress, hlsPath } from './hls-address.js';
import type { LocalHls, Wanted } from './local-hls.js';
import { type BufferedResponse, MediaCache } from './media-cache.js';
import { readPlaylistQuery } from './playlist-requests.js';
import { assertReleased, notLive, originUnreachable, tooManyWait } from './refusals.js';

/**
 * Nest's injection token for the {@link HlsEdge}, which is null if the service is a single node.
 */
export const HLS_EDGE = Symbol('HlsEdge');

const CACHE_MAX_BYTES = 64 * 1_048_576;
/** A segment is seldom larger than 10 MB. */
const RESOURCE_MAX_BYTES = 64 * 1_048_576;
const WAITING_MAX = 20_000;
const WAITING_PER_CONNECTION_MAX = 8;
/** Longer than three target durations, for which an origin lets a request wait. */
const WAIT_MS = 60_000;
const RETRY_MS = 1_000;
/**
 * How long a node that a broadcast has left may take to release all waiting requests. It does so
 * within a second.
 */
const RELEASED_WITHIN_MS = 3_000;

type Parts = Readonly<{
  cluster: Cluster;
  resources: NodeResources;
  origins: BroadcastOrigins;
  local: LocalHls;
  clock: Clock;
}>;

/** A request to an origin on behalf of all requests for the same resource. */
type Fetch = {
  readonly address: HlsAddress;
  /** The path and the query at the origin. */
  readonly path: string;
  readonly gzip: boolean;
  /** The number of requests waiting for it. */
  readers: number;
  /** The node to which the request was sent. */
  asking: { readonly node: NodeId; readonly abort: AbortController } | null;
  outcome: { readonly media: BufferedResponse } | { readonly error: unknown } | null;
};

/**
 * Serves the broadcasts of other nodes. Addresses are the same on all nodes. Concurrent requests
 * for the same resource, such as those that wait for the next part, are coalesced into one request
 * to the origin, the node that packages the broadcast. Responses are cached in memory. The caller
 * must have checked access.
 */
export class HlsEdge implements OnApplicationShutdown {
  readonly #parts: Parts;
  readonly #cache: MediaCache;
  readonly #waiters = new PlaylistWaiters({
    max: WAITING_MAX,
    maxPerConnection: WAITING_PER_CONNECTION_MAX,
    waitMs: WAIT_MS,
  });
  readonly #fetches = new Map<string, Fetch>();
  readonly #offs: readonly (() => void)[];
  #fetched = 0;
  #fetchedBytes = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#cache = new MediaCache(CACHE_MAX_BYTES, parts.clock);
    const { cluster, origins } = parts;
    this.#offs = [
      cluster.events.on('left', ({ id }) => this.#abort(({ asking }) => asking?.node === id)),
      origins.events.on('moved', (channel, from) => {
        const isStuck = ({ address, asking }: Fetch) =>
          address.channel === channel && asking?.node === from;
        setTimeout(() => this.#abort(isStuck), RELEASED_WITHIN_MS).unref();
      }),
    ];
  }

  /** The number of waiting requests. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** The size of responses in memory, in bytes. */
  get memoryBytes(): number {
    return this.#cache.bytes;
  }

  /** Responses from origins since startup. */
  get fetched(): Readonly<{ requests: number; bytes: number }> {
    return { requests: this.#fetched, bytes: this.#fetchedBytes };
  }

  /**
   * Returns a resource of another node, as a promise unless it is in memory. Returns null if this
   * node has to answer the request itself.
   * @throws {DomainError} the origin's error; `unavailable` if the origin can't be reached
   */
  find(wanted: Wanted): MediaResponse | Promise<MediaResponse> | null {
    const { address, query, request } = wanted;
    if (this.#nodesFor(address).length === 0) return null;
    const hasText = address.what === 'playlist' || address.what === 'multivariant';
    const gzip = hasText && takesGzip(request.headers['accept-encoding']);
    const path = hlsPath(address).slice(1) + (address.what === 'playlist' ? directives(query) : '');
    const key = gzip ? `${path} gzip` : path;
    return this.#cache.get(key) ?? this.#wait(key, { address, path, gzip }, wanted);
  }

  onApplicationShutdown(): void {
    for (const off of this.#offs) off();
    this.#abort(() => true);
  }

  /**
   * Returns the nodes to try, in order. After a broadcast has ended or moved, the nodes that
   * packaged its earlier runs may still have them.
   */
  #nodesFor(address: HlsAddress): NodeId[] {
    const { origins, local } = this.#parts;
    const { channel } = address;
    const current = origins.current(channel);
    if ('run' in address)
      return local.has(address)
        ? []
        : [...(current === null ? [] : [current]), ...origins.earlier(channel)];
    if (current !== null) return [current];
    return local.has(address) ? [] : origins.earlier(channel);
  }

  async #wait(
    key: string,
    about: Pick<Fetch, 'address' | 'path' | 'gzip'>,
    { request }: Wanted,
  ): Promise<MediaResponse> {
    if (!this.#waiters.hasRoomFor(request)) throw tooManyWait();
    const fetch = this.#fetches.get(key) ?? this.#begin(key, about);
    fetch.readers += 1;
    try {
      const isThere = () => fetch.outcome !== null;
      assertReleased(await this.#waiters.wait({ key, isThere }, request), RETRY_MS);
    } finally {
      fetch.readers -= 1;
      if (fetch.readers === 0 && fetch.outcome === null) this.#abandon(key, fetch);
    }
    if (fetch.outcome === null) throw originUnreachable();
    if ('error' in fetch.outcome) throw fetch.outcome.error;
    return fetch.outcome.media;
  }

  #begin(key: string, about: Pick<Fetch, 'address' | 'path' | 'gzip'>): Fetch {
    const fetch: Fetch = { ...about, readers: 0, asking: null, outcome: null };
    this.#fetches.set(key, fetch);
    this.#load(fetch)
      .then(
        (media) => {
          fetch.outcome = { media };
          this.#cache.put(key, media);
        },
        (error: unknown) => {
          fetch.outcome = { error };
        },
      )
      .finally(() => {
        // If all clients disconnected, a later fetch for the same key may have begun.
        if (this.#fetches.get(key) !== fetch) return;
        this.#fetches.delete(key);
        this.#waiters.release(key);
      });
    return fetch;
  }

  /** Tries one node after another. The list of nodes may change in the meantime. */
  async #load(fetch: Fetch): Promise<BufferedResponse> {
    const { address } = fetch;
    const tried = new Set<NodeId>();
    const unreachable = new Set<NodeId>();
    let refusal: unknown = null;
    for (;;) {
      const node = this.#nodesFor(address).find((one) => !tried.has(one));
      if (node === undefined) break;
      tried.add(node);
      try {
        return await this.#ask(node, fetch);
      } catch (error) {
        if (fetch.readers === 0) throw error;
        if (error instanceof CallError) unreachable.add(node);
        else if (error instanceof DomainError && error.code === 'not_found') refusal ??= error;
        else throw error;
      }
    }
    const current = this.#parts.origins.current(address.channel);
    if (current !== null && unreachable.has(current)) throw originUnreachable();
    if (refusal === null && this.#parts.local.has(address)) throw originUnreachable();
    throw refusal ?? notLive(address.channel);
  }

  /**
   * @throws {CallError} if the node can't be reached
   * @throws {DomainError} if it refuses
   */
  async #ask(node: NodeId, fetch: Fetch): Promise<BufferedResponse> {
    const abort = new AbortController();
    fetch.asking = { node, abort };
    try {
      const resource = await this.#parts.resources.get(node, fetch.path, {
        ...(fetch.gzip && { headers: { 'accept-encoding': 'gzip' } }),
        signal: abort.signal,
        maxBytes: RESOURCE_MAX_BYTES,
      });
      this.#fetched += 1;
      this.#fetchedBytes += resource.body.byteLength;
      return responseOf(resource);
    } finally {
      fetch.asking = null;
    }
  }

  /** Abandons a fetch for which no request is waiting. */
  #abandon(key: string, fetch: Fetch): void {
    if (this.#fetches.get(key) === fetch) this.#fetches.delete(key);
    fetch.asking?.abort.abort();
  }

  /** Aborts the current requests of these fetches, which then try the next node. */
  #abort(isMeant: (fetch: Fetch) => boolean): void {
    for (const fetch of this.#fetches.values()) if (isMeant(fetch)) fetch.asking?.abort.abort();
  }
}

/**
 * Returns the delivery directives of a query in a fixed order, without other parameters.
 * @throws {DomainError} `bad_request`
 */
function directives(query: string): string {
  const { until, skip } = readPlaylistQuery(query);
  const parameters = [
    ...(until === null ? [] : [`_HLS_msn=${until.msn}`]),
    ...(until === null || until.part === null ? [] : [`_HLS_part=${until.part}`]),
    ...(skip ? ['_HLS_skip=YES'] : []),
  ];
  return parameters.length === 0 ? '' : `?${parameters.join('&')}`;
}

/** @throws {DomainError} if the response is a refusal */
function responseOf({ status, headers, body }: NodeResource): BufferedResponse {
  const { 'content-type': contentType, 'cache-control': cacheControl, etag, vary } = headers;
  if (status !== 200) throw refusalOf(status, body);
  if (contentType === undefined || cacheControl === undefined || etag === undefined)
    throw new CallError('failed', 'a node answered an HLS request without the expected headers');
  const isGzip = headers['content-encoding'] === 'gzip';
  return {
    source: body,
    contentType,
    cacheControl,
    etag,
    ranges: headers['accept-ranges'] === 'bytes',
    encoding: isGzip ? 'gzip' : vary === undefined ? null : 'identity',
  };
}

function refusalOf(status: number, body: Buffer): Error {
  try {
    const { code, message, ...more } = HttpError.parse(JSON.parse(body.toString())).error;
    return new DomainError(code, message, {
      ...(more.retryAfterMs !== undefined && { retryAfterMs: more.retryAfterMs }),
      ...(more.issues && { issues: more.issues }),
    });
  } catch (cause) {
    // For example, the node runs an earlier release, which doesn't serve HLS to other nodes.
    return new CallError('failed', `a node answered an HLS request with status ${status}`, {
      cause,
    });
  }
}

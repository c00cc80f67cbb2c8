import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { DomainError } from '../../common/domain-error.js';
import { takesGzip } from '../../common/http/byte-range.js';
import type { MediaResponse } from '../../common/http/media-response.js';
import type { HlsSource } from './hls-source.js';
import {
  parsePlaylistQuery,
  type PlaylistRequest,
  type Position,
  turnOf,
} from '../../media/playlist/playlist-query.js';
import { PlaylistWaiters } from '../run/playlist-waiters.js';
import { assertReleased, notLive, tooEarly, tooManyWait, withoutHls } from './refusals.js';
import type { Rendition } from '../run/rendition.js';
import type { FoundRendition, Run } from '../run/run.js';
import { waitForMedia } from './wait-for-media.js';

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
/** How long a request waits for a broadcast's first media. */
const PREPARING_MS = 5_000;
/** The polling interval while waiting. */
const POLL_MS = 100;
const PREPARING_MAX = 5_000;
const PREPARING_PER_CONNECTION_MAX = 8;
/**
 * The maximum time to wait for an on-demand rendition. On an otherwise idle machine, encoding
 * twenty seconds of audio takes 1.5 s.
 */
const CATCH_UP_MS = 5_000;
/** How long caches may store an ended playlist, which no longer changes, in target durations. */
const ENDED_MAX_AGE_TARGETS = 6;

/** Answers requests for playlists. */
export class PlaylistRequests {
  readonly #source: HlsSource;
  readonly #preparing = new PlaylistWaiters({
    max: PREPARING_MAX,
    maxPerConnection: PREPARING_PER_CONNECTION_MAX,
    waitMs: PREPARING_MS,
  });
  #timer: NodeJS.Timeout | null = null;

  constructor(source: HlsSource) {
    this.#source = source;
  }

  /** The number of requests waiting for a broadcast's first media. */
  get waiting(): number {
    return this.#preparing.size;
  }

  async multivariant(
    channel: string,
    headers: IncomingHttpHeaders,
    request: IncomingMessage,
  ): Promise<MediaResponse> {
    const run = this.#readyRun(channel) ?? (await this.#waitForRun(channel, request));
    const text = Buffer.from(run.multivariant());
    const gzip = takesGzip(headers['accept-encoding']);
    const digest = createHash('sha1').update(text).digest('base64url');
    return {
      source: gzip ? gzipSync(text) : text,
      contentType: PLAYLIST_TYPE,
      cacheControl: RUNNING_CACHING,
      etag: `"${digest}${gzip ? 'z' : ''}"`,
      ranges: false,
      encoding: gzip ? 'gzip' : 'identity',
    };
  }

  async media(
    { run, rendition, playlist }: FoundRendition,
    { query, headers }: { query: string; headers: IncomingHttpHeaders },
    request: IncomingMessage,
  ): Promise<MediaResponse> {
    const { until, skip } = readPlaylistQuery(query);
    run.requested(rendition.id, { forPlaylist: true });
    if (!until) await catchUp(run, rendition, request);
    if (!canBePlayed(rendition)) await waitForFirst(run, rendition, request);
    if (until) await waitUntil(run, rendition, { until, request });
    const { bytes, etag, gzip } = playlist.body({
      skip,
      gzip: takesGzip(headers['accept-encoding']),
    });
    return {
      source: bytes,
      contentType: PLAYLIST_TYPE,
      cacheControl: cachingOf(run, rendition),
      etag,
      ranges: false,
      encoding: gzip ? 'gzip' : 'identity',
    };
  }

  /**
   * Returns the run if it can be played, or null if it can't be played yet.
   * @throws {DomainError} if it will never be playable
   */
  #readyRun(name: string): Run | null {
    const channel = this.#source.find(name);
    if (!channel) throw notLive(name);
    if (channel.state === 'unavailable') throw withoutHls();
    return channel.run?.isReady === true ? channel.run : null;
  }

  async #waitForRun(name: string, request: IncomingMessage): Promise<Run> {
    if (!this.#preparing.hasRoomFor(request)) throw tooManyWait();
    const isThere = () => this.#isDecided(name);
    const waited = this.#preparing.wait({ key: name, isThere }, request);
    this.#timer ??= setInterval(() => this.#poll(), POLL_MS);
    assertReleased(await waited, PREPARING_MS);
    const run = this.#readyRun(name);
    if (!run) throw tooEarly(PREPARING_MS);
    return run;
  }

  #isDecided(name: string): boolean {
    const channel = this.#source.find(name);
    return channel?.state !== 'preparing' || channel.run?.isReady === true;
  }

  #poll(): void {
    this.#preparing.check();
    if (this.#preparing.size > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

/**
 * Parses the delivery directives of a playlist request.
 * @throws {DomainError} `bad_request`
 */
export function readPlaylistQuery(query: string): PlaylistRequest {
  const parameters = new URLSearchParams(query);
  const parsed = parsePlaylistQuery(
    Object.fromEntries(
      [...new Set(parameters.keys())].map((name) => {
        const values = parameters.getAll(name);
        return [name, values.length === 1 ? values[0] : values];
      }),
    ),
  );
  if (!parsed.ok) throw new DomainError('bad_request', parsed.message);
  return parsed.request;
}

/**
 * Whether the playlist has anything to play. An on-demand rendition starts with gaps, which its
 * playlist omits. It is ready once it has a whole segment, because players reject a playlist
 * without one.
 */
function canBePlayed(rendition: Rendition): boolean {
  if (rendition.ended) return true;
  return isOnDemand(rendition) ? rendition.hasSegment : rendition.reach.msn >= 0;
}

/**
 * Waits until an on-demand rendition, which starts with its first request, has caught up with the
 * others. Otherwise, some players would start at the end of the shorter playlist, and others would
 * have no audio at their position.
 */
async function catchUp(run: Run, rendition: Rendition, request: IncomingMessage): Promise<void> {
  const isThere = () => rendition.ended || run.hasCaughtUp(rendition.id);
  if (!isOnDemand(rendition) || isThere()) return;
  if (!run.waiters.hasRoomFor(request)) throw tooManyWait();
  const key = `caught-up/${rendition.id}`;
  const end = await run.waiters.wait({ key, isThere, waitMs: CATCH_UP_MS }, request);
  // If the wait timed out, an incomplete playlist is better than none.
  if (end === 'gone') assertReleased(end, 0);
}

const isOnDemand = ({ about }: Rendition): boolean =>
  about.kind === 'audio' && about.onDemand === true;

async function waitForFirst(
  run: Run,
  rendition: Rendition,
  request: IncomingMessage,
): Promise<void> {
  const isThere = () => canBePlayed(rendition);
  await waitForMedia(run, { key: `first/${rendition.id}`, isThere }, request);
  if (!canBePlayed(rendition)) throw tooEarly(run.targetDurationS * 1_000);
}

async function waitUntil(
  run: Run,
  rendition: Rendition,
  { until, request }: { until: Position; request: IncomingMessage },
): Promise<void> {
  // RFC 8216bis 6.2.5.2: an ended playlist is the same for all requests.
  if (rendition.ended) return;
  const turn = () => turnOf(until, rendition.reach, run.partsInSegment);
  const first = turn();
  if (first.answer === 'refuse') throw new DomainError('bad_request', first.message);
  if (first.answer === 'now') return;
  const isThere = () => rendition.ended || turn().answer === 'now';
  const key = `playlist/${rendition.id}/${until.msn}.${until.part ?? ''}`;
  await waitForMedia(run, { key, isThere }, request);
}

/**
 * How long shared caches may store a running playlist: long enough to answer all clients that
 * waited for the same part. For responses to blocking playlist requests, RFC 8216bis B.1 suggests
 * six target durations. However, when a segment has ended, video.js repeats such a request until it
 * sees the next part, and would stall for all that time. A browser's own cache must revalidate,
 * which costs a 304 response: the cache serves only one player, and would otherwise answer each
 * repeated request with the stored response while it is fresh (RFC 9111). `s-maxage` (section
 * 5.2.2.10) applies to shared caches only.
 */
export const RUNNING_CACHING = 'public, max-age=0, s-maxage=1';

function cachingOf({ targetDurationS }: Run, { ended }: Rendition): string {
  return ended ? `public, max-age=${ENDED_MAX_AGE_TARGETS * targetDurationS}` : RUNNING_CACHING;
}

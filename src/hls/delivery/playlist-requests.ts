import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { DomainError } from '../../common/domain-error.js';
import { takesGzip } from '../../common/http/byte-range.js';
import type { Answer } from '../../common/http/media-answer.js';
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
/** How often it is looked for. */
const LOOK_AGAIN_MS = 100;
const PREPARING_MAX = 5_000;
const PREPARING_PER_CONNECTION_MAX = 8;
/** Twenty seconds of sound are made in one and a half where nothing else is done. */
const CATCH_UP_MS = 5_000;
/** A playlist that ended stays as it is. */
const ENDED_MAX_AGE_TARGETS = 6;

/** Answers requests for playlists. */
export class PlaylistRequests {
  readonly #source: HlsSource;
  readonly #preparing = new PlaylistWaiters({
    max: PREPARING_MAX,
    maxPerConnection: PREPARING_PER_CONNECTION_MAX,
    waitMs: PREPARING_MS,
  });
  #look: NodeJS.Timeout | null = null;

  constructor(source: HlsSource) {
    this.#source = source;
  }

  /** Requests that wait for a broadcast's first media. */
  get waiting(): number {
    return this.#preparing.size;
  }

  async multivariant(
    channel: string,
    headers: IncomingHttpHeaders,
    request: IncomingMessage,
  ): Promise<Answer> {
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
  ): Promise<Answer> {
    const { until, skip } = readQuery(query);
    run.asked(rendition.id, { forPlaylist: true });
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

  /** Null: not yet. @throws when there won't be one */
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
    this.#look ??= setInterval(() => this.#lookAgain(), LOOK_AGAIN_MS);
    assertReleased(await waited, PREPARING_MS);
    const run = this.#readyRun(name);
    if (!run) throw tooEarly(PREPARING_MS);
    return run;
  }

  #isDecided(name: string): boolean {
    const channel = this.#source.find(name);
    return channel?.state !== 'preparing' || channel.run?.isReady === true;
  }

  #lookAgain(): void {
    this.#preparing.check();
    if (this.#preparing.size > 0 || !this.#look) return;
    clearInterval(this.#look);
    this.#look = null;
  }
}

function readQuery(query: string): PlaylistRequest {
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
 * There is something to tell. What is made on demand begins after gaps, which are left out: so not before a
 * whole segment is there, as players don't take a list without one.
 */
function canBePlayed(rendition: Rendition): boolean {
  if (rendition.ended) return true;
  return isOnDemand(rendition) ? rendition.hasSegment : rendition.reach.msn >= 0;
}

/**
 * What is made on demand begins when it is first asked for: players that see a list end before the others' begin there, and
 * others have no sound where they are.
 */
async function catchUp(run: Run, rendition: Rendition, request: IncomingMessage): Promise<void> {
  const isThere = () => rendition.ended || run.hasCaughtUp(rendition.id);
  if (!isOnDemand(rendition) || isThere()) return;
  if (!run.waiters.hasRoomFor(request)) throw tooManyWait();
  const key = `caught-up/${rendition.id}`;
  const end = await run.waiters.wait({ key, isThere, waitMs: CATCH_UP_MS }, request);
  // Late: what there is is better than nothing.
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
  // RFC 8216bis 6.2.5.2: an ended playlist is the same for everybody.
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
 * How long shared caches may keep a playlist that goes on: as long as the crowd that waited for the same part is answered.
 * RFC 8216bis B.1 has six target durations for playlists that were waited for; but video.js repeats such a request when a
 * segment has ended, until it sees the next part, and would stand still for all that time.
 *
 * Browsers have one player, and RFC 9111 has their caches answer each of its requests for an address by what is fresh: they
 * are to ask again, which costs them a 304. `s-maxage` (5.2.2.10) is for shared caches only.
 */
const RUNNING_CACHING = 'public, max-age=0, s-maxage=1';

function cachingOf({ targetDurationS }: Run, { ended }: Rendition): string {
  return ended ? `public, max-age=${ENDED_MAX_AGE_TARGETS * targetDurationS}` : RUNNING_CACHING;
}

import type { IncomingMessage } from 'node:http';
import type { MediaResponse, Source } from '../../common/http/media-response.js';
import { noPicture, noSuchMedia } from './refusals.js';
import type { FoundRendition } from '../run/run.js';
import type { Segment } from '../run/segment.js';
import type { Picture } from '../thumbnail/thumbnail.js';
import { RUNNING_CACHING } from './playlist-requests.js';
import { waitForMedia } from './wait-for-media.js';

/** The minimum interval between two thumbnails. */
const THUMBNAIL_MAX_AGE_S = 10;
/** Players fetch parts only while they are new, so caches need not store them for longer. */
const PART_MAX_AGE_S = 60;

type PartOf = Readonly<{ msn: number; part: number }>;

/**
 * Returns the newest thumbnail, whichever version was requested, because a page that loaded its
 * channel list a minute ago requests an older version.
 * @param version null if the request names none
 * @throws {DomainError} `not_found` without a thumbnail
 */
export function thumbnailResponse(picture: Picture | null, version: string | null): MediaResponse {
  if (!picture) throw noPicture();
  return {
    source: picture.jpeg,
    contentType: 'image/jpeg',
    cacheControl: thumbnailCaching(picture, version),
    etag: `"${picture.version}"`,
    ranges: false,
    encoding: null,
  };
}

function thumbnailCaching(picture: Picture, version: string | null): string {
  if (version === null) return `public, max-age=${THUMBNAIL_MAX_AGE_S}`;
  return version === picture.version ? 'public, max-age=86400, immutable' : 'no-cache';
}

/** Returns the digests of a rendition's newest segments. */
export function digestsResponse({ digests }: FoundRendition): MediaResponse {
  const { bytes, etag } = digests.body();
  return {
    source: bytes,
    contentType: 'application/json; charset=utf-8',
    cacheControl: RUNNING_CACHING,
    etag,
    ranges: false,
    encoding: null,
  };
}

/**
 * Returns an initialization section.
 * @throws {DomainError} `not_found`
 */
export function initResponse(found: FoundRendition, number: number): MediaResponse {
  const bytes = found.rendition.init(number);
  if (!bytes) throw noSuchMedia();
  return media(found, bytes, { name: `init-${number}`, maxAgeS: found.run.rewindS });
}

/**
 * Returns a finished segment.
 * @throws {DomainError} `not_found`
 */
export function segmentResponse(found: FoundRendition, msn: number): MediaResponse {
  const segment = found.rendition.segment(msn);
  if (!segment?.hasMedia) throw noSuchMedia();
  const bytes = segment.bytes();
  const whole = { offset: 0, byteLength: segment.byteLength };
  const source = bytes ?? stored(found, segment, whole);
  return media(found, source, { name: `${msn}`, maxAgeS: found.run.rewindS });
}

/**
 * Returns a part. A request for a part announced by a preload hint waits until the part is
 * available.
 * @throws {DomainError} `not_found`; `unavailable` if it did not arrive in time
 */
export async function partResponse(
  found: FoundRendition,
  named: PartOf,
  request: IncomingMessage,
): Promise<MediaResponse> {
  const { run, rendition } = found;
  const source = partSource(found, named);
  if (source) return partMedia(found, named, source);
  const isNext = () => rendition.next?.msn === named.msn && rendition.next.part === named.part;
  if (!isNext()) throw noSuchMedia();
  const key = `part/${rendition.id}/${named.msn}.${named.part}`;
  await waitForMedia(run, { key, isThere: () => !isNext() }, request);
  const arrived = partSource(found, named);
  if (!arrived) throw noSuchMedia();
  return partMedia(found, named, arrived);
}

function partSource(found: FoundRendition, { msn, part: index }: PartOf): Source | null {
  const segment = found.rendition.segment(msn);
  const part = segment?.parts[index];
  if (!segment || !part) return null;
  return segment.partBytes(index) ?? stored(found, segment, part);
}

function stored(
  { run, rendition }: FoundRendition,
  segment: Segment,
  { offset, byteLength }: { offset: number; byteLength: number },
): Source {
  const open = () => run.read(rendition.pathOf(segment));
  return { offset, byteLength, open };
}

function partMedia(found: FoundRendition, { msn, part }: PartOf, source: Source): MediaResponse {
  return media(found, source, { name: `${msn}.${part}`, maxAgeS: PART_MAX_AGE_S });
}

/**
 * Returns media with caching headers for immutable content: its address contains the run's random
 * id. The lifetime is limited, because caches have no use for media that has left the rewind
 * window, and media that was deleted on the server shouldn't remain in caches for a year.
 */
function media(
  { rendition }: FoundRendition,
  source: Source,
  { name, maxAgeS }: { name: string; maxAgeS: number },
): MediaResponse {
  return {
    source,
    contentType: rendition.about.kind === 'video' ? 'video/mp4' : 'audio/mp4',
    cacheControl: `public, max-age=${maxAgeS}, immutable`,
    etag: `"${name}-${source.byteLength}"`,
    ranges: true,
    encoding: null,
  };
}

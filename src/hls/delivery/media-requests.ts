import type { IncomingMessage } from 'node:http';
import type { Answer, Source } from '../../common/http/media-answer.js';
import { noPicture, noSuchMedia } from './refusals.js';
import type { FoundRendition } from '../run/run.js';
import type { Segment } from '../run/segment.js';
import type { Picture } from '../thumbnail/thumbnail.js';
import { waitForMedia } from './wait-for-media.js';

/** The minimum interval between two thumbnails. */
const THUMBNAIL_MAX_AGE_S = 10;
/** Parts are only fetched while they are new, so caches need not store them for longer. */
const PART_MAX_AGE_S = 60;

type PartOf = Readonly<{ msn: number; part: number }>;

/**
 * Returns the newest thumbnail, whichever version was requested: a list that was read a minute ago
 * names an older one.
 * @param version null if the request names none
 * @throws {DomainError} `not_found` without a thumbnail
 */
export function thumbnailAnswer(picture: Picture | null, version: string | null): Answer {
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

/**
 * Returns an initialization section.
 * @throws {DomainError} `not_found`
 */
export function initAnswer(of: FoundRendition, number: number): Answer {
  const bytes = of.rendition.init(number);
  if (!bytes) throw noSuchMedia();
  return media(of, bytes, { name: `init-${number}`, maxAgeS: of.run.rewindS });
}

/**
 * Returns a finished segment.
 * @throws {DomainError} `not_found`
 */
export function segmentAnswer(of: FoundRendition, msn: number): Answer {
  const segment = of.rendition.segment(msn);
  if (segment?.state !== 'complete') throw noSuchMedia();
  const bytes = segment.bytes();
  const whole = { offset: 0, byteLength: segment.byteLength };
  const source = bytes ?? stored(of, segment, whole);
  return media(of, source, { name: `${msn}`, maxAgeS: of.run.rewindS });
}

/**
 * Returns a part; a part that a playlist hints at is answered as soon as it is available.
 * @throws {DomainError} `not_found`; `unavailable` if it did not arrive in time
 */
export async function partAnswer(
  of: FoundRendition,
  named: PartOf,
  request: IncomingMessage,
): Promise<Answer> {
  const { run, rendition } = of;
  const source = partSource(of, named);
  if (source) return partMedia(of, named, source);
  const isNext = () => rendition.next?.msn === named.msn && rendition.next.part === named.part;
  if (!isNext()) throw noSuchMedia();
  const key = `part/${rendition.id}/${named.msn}.${named.part}`;
  await waitForMedia(run, { key, isThere: () => !isNext() }, request);
  const come = partSource(of, named);
  if (!come) throw noSuchMedia();
  return partMedia(of, named, come);
}

function partSource(of: FoundRendition, { msn, part: index }: PartOf): Source | null {
  const segment = of.rendition.segment(msn);
  const part = segment?.parts[index];
  if (!segment || !part) return null;
  return segment.partBytes(index) ?? stored(of, segment, part);
}

function stored(
  { run, rendition }: FoundRendition,
  segment: Segment,
  { offset, byteLength }: { offset: number; byteLength: number },
): Source {
  const open = () => run.read(rendition.pathOf(segment));
  return { offset, byteLength, open };
}

function partMedia(of: FoundRendition, { msn, part }: PartOf, source: Source): Answer {
  return media(of, source, { name: `${msn}.${part}`, maxAgeS: PART_MAX_AGE_S });
}

/**
 * Returns immutable media: its address contains the run's random id. Caches have no use for it once
 * it has left the rewind window, and content deleted here should not stay in caches for a year.
 */
function media(
  { rendition }: FoundRendition,
  source: Source,
  { name, maxAgeS }: { name: string; maxAgeS: number },
): Answer {
  return {
    source,
    contentType: rendition.about.kind === 'video' ? 'video/mp4' : 'audio/mp4',
    cacheControl: `public, max-age=${maxAgeS}, immutable`,
    etag: `"${name}-${source.byteLength}"`,
    ranges: true,
    encoding: null,
  };
}

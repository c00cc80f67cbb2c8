import { decimal, tag, YES } from './attributes.js';

/** A part as listed in the playlist. URIs are relative to the playlist's URI. */
export type PlaylistPart = Readonly<{
  uri: string;
  durationS: number;
  independent: boolean;
}>;

/** A complete segment. A segment's text is rendered once, so the object must not change. */
export type PlaylistSegment = Readonly<{
  uri: string;
  durationS: number;
  /** The capture time of the segment's start, in milliseconds since 1970. */
  wallMs: number;
  /** Whether the timestamps or the codec configuration don't continue from the previous segment. */
  discontinuity: boolean;
  /** The URI of the segment's initialization section; null for a gap before the first section. */
  initUri: string | null;
  /** Whether the segment is missing. If so, its URI doesn't exist. */
  gap: boolean;
  parts: readonly PlaylistPart[];
}>;

/** The segment in progress. */
export type OpenSegment = Omit<PlaylistSegment, 'uri' | 'durationS' | 'gap'>;

/**
 * The progress of another rendition, so that a player that switches to it can request the right
 * part.
 */
export type RenditionReport = Readonly<{ uri: string; lastMsn: number; lastPart: number }>;

/** A playlist at one moment. The first four fields never change while the playlist exists. */
export type MediaPlaylist = Readonly<{
  targetDurationS: number;
  partTargetS: number;
  /** Whether every segment can be decoded independently. */
  independentSegments: boolean;
  /**
   * The distance from the end, in seconds, beyond which segments may be skipped; at least six
   * target durations.
   */
  skipBoundaryS: number;
  /** The number of the first segment. */
  mediaSequence: number;
  /** The number of discontinuities that have left the playlist. */
  discontinuitySequence: number;
  segments: readonly PlaylistSegment[];
  open: OpenSegment | null;
  /** The next part, which can already be requested. */
  hintUri: string | null;
  reports: readonly RenditionReport[];
  ended: boolean;
}>;

/**
 * Parts are listed for segments that end less than this many target durations before the end
 * (RFC 8216bis 4.4.4.9).
 */
const PARTS_WITHIN_TARGETS = 3;
/**
 * RFC 8216bis 4.4.3.8: PART-HOLD-BACK is at least twice, and preferably three times, the part
 * target; HOLD-BACK is at least three times the target duration.
 */
const HOLD_BACK_TARGETS = 3;
/** The maximum difference between a segment's date and the date that players extrapolate. */
const DATE_TOLERANCE_MS = 20;
/** Durations are given to five decimal places of a second. */
const DURATION_UNITS = 100_000;

/**
 * Renders a media playlist (RFC 8216bis), version 9.
 * @param options.skip whether to omit the segments that a client that sent `_HLS_skip=YES` already
 *   has (section 6.2.5.1)
 */
export function renderMediaPlaylist(playlist: MediaPlaylist, { skip = false } = {}): string {
  const { segments } = playlist;
  const skipped = skip ? skippable(playlist) : 0;
  let text = head(playlist);
  if (skipped > 0) text += tag('EXT-X-SKIP', { 'SKIPPED-SEGMENTS': skipped });
  const partsFrom = firstWithParts(playlist);
  let initUri: string | null = null;
  segments.forEach((segment, index) => {
    if (index < skipped) return;
    text += before(segment, initUri) + linesOf(segment, index >= partsFrom);
    initUri = segment.initUri ?? initUri;
  });
  return text + foot(playlist, initUri);
}

/** A complete playlist, which lists all its segments in order. */
export type VodPlaylist = Readonly<{
  targetDurationS: number;
  independentSegments: boolean;
  segments: Iterable<Omit<PlaylistSegment, 'parts'>>;
}>;

/**
 * Renders a media playlist that no longer changes (RFC 8216bis 4.4.3.5). Players extrapolate the
 * dates (section 4.4.4.6), so a segment has a date only after a discontinuity, or if the
 * extrapolated date would be wrong. Otherwise, dates would make up half of a long playlist.
 */
export function* vodPlaylistText(playlist: VodPlaylist): Generator<string> {
  const { targetDurationS, independentSegments, segments } = playlist;
  yield (
    `#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:${targetDurationS}\n` +
      (independentSegments ? '#EXT-X-INDEPENDENT-SEGMENTS\n' : '') +
      '#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n'
  );
  let initUri: string | null = null;
  let impliedMs = Number.NEGATIVE_INFINITY;
  for (const segment of segments) {
    const { wallMs, durationS, discontinuity } = segment;
    const isImplied = !discontinuity && Math.abs(wallMs - impliedMs) < DATE_TOLERANCE_MS;
    yield before(segment, initUri) + (isImplied ? '' : dateOf(segment)) + endOf(segment);
    initUri = segment.initUri ?? initUri;
    // Players add up the durations as written.
    const writtenMs = Math.round(durationS * DURATION_UNITS) / (DURATION_UNITS / 1_000);
    impliedMs = (isImplied ? impliedMs : wallMs) + writtenMs;
  }
  yield '#EXT-X-ENDLIST\n';
}

function head(playlist: MediaPlaylist): string {
  const { targetDurationS, partTargetS, mediaSequence, discontinuitySequence } = playlist;
  return (
    '#EXTM3U\n#EXT-X-VERSION:9\n' +
    `#EXT-X-TARGETDURATION:${targetDurationS}\n` +
    tag('EXT-X-SERVER-CONTROL', {
      'CAN-BLOCK-RELOAD': YES,
      'CAN-SKIP-UNTIL': playlist.skipBoundaryS,
      'PART-HOLD-BACK': partTargetS * HOLD_BACK_TARGETS,
      'HOLD-BACK': targetDurationS * HOLD_BACK_TARGETS,
    }) +
    tag('EXT-X-PART-INF', { 'PART-TARGET': partTargetS }) +
    (playlist.independentSegments ? '#EXT-X-INDEPENDENT-SEGMENTS\n' : '') +
    `#EXT-X-MEDIA-SEQUENCE:${mediaSequence}\n` +
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence}\n`
  );
}

function foot({ open, hintUri, reports, ended }: MediaPlaylist, initUri: string | null): string {
  let text = '';
  if (open && !ended) text += before(open, initUri) + dateOf(open) + partLines(open.parts);
  if (ended) return `${text}#EXT-X-ENDLIST\n`;
  if (hintUri !== null)
    text += tag('EXT-X-PRELOAD-HINT', { TYPE: { enumerated: 'PART' }, URI: hintUri });
  for (const { uri, lastMsn, lastPart } of reports)
    text += tag('EXT-X-RENDITION-REPORT', { URI: uri, 'LAST-MSN': lastMsn, 'LAST-PART': lastPart });
  return text;
}

/** Returns the tags that depend on the previous segment. */
function before(
  { discontinuity, initUri }: Pick<OpenSegment, 'discontinuity' | 'initUri'>,
  initBefore: string | null,
): string {
  const map = initUri !== null && initUri !== initBefore ? tag('EXT-X-MAP', { URI: initUri }) : '';
  return (discontinuity ? '#EXT-X-DISCONTINUITY\n' : '') + map;
}

type Lines = { plain: string; withParts: string };
const rendered = new WeakMap<PlaylistSegment, Lines>();

function linesOf(segment: PlaylistSegment, withParts: boolean): string {
  let lines = rendered.get(segment);
  if (!lines) {
    const { parts } = segment;
    const end = endOf(segment);
    const date = dateOf(segment);
    lines = { plain: date + end, withParts: date + partLines(parts) + end };
    rendered.set(segment, lines);
  }
  return withParts ? lines.withParts : lines.plain;
}

const endOf = ({ gap, durationS, uri }: Omit<PlaylistSegment, 'parts'>): string =>
  `${gap ? '#EXT-X-GAP\n' : ''}#EXTINF:${durationS.toFixed(5)},\n${uri}\n`;

const dateOf = ({ wallMs }: Pick<OpenSegment, 'wallMs'>): string =>
  `#EXT-X-PROGRAM-DATE-TIME:${new Date(wallMs).toISOString()}\n`;

/**
 * Rounds the parts' durations so that they add up to the segment's EXTINF. With a sum that was 0.02
 * ms too small, video.js stalled permanently. It starts playback at HOLD-BACK before the end, and
 * that position was between the end of the last part and the end of the segment.
 */
function partLines(parts: readonly PlaylistPart[]): string {
  let endS = 0;
  let written = 0;
  return parts
    .map(({ uri, durationS, independent }) => {
      endS += durationS;
      const end = Math.round(endS * DURATION_UNITS);
      const duration = decimal((end - written) / DURATION_UNITS);
      written = end;
      return `#EXT-X-PART:DURATION=${duration},URI="${uri}"${independent ? ',INDEPENDENT=YES' : ''}\n`;
    })
    .join('');
}

function firstWithParts({ segments, open, targetDurationS }: MediaPlaylist): number {
  let behindS = open ? durationOf(open.parts) : 0;
  let index = segments.length;
  while (index > 0 && behindS < PARTS_WITHIN_TARGETS * targetDurationS) {
    index -= 1;
    behindS += segments[index]?.durationS ?? 0;
  }
  return index;
}

/** Returns the number of segments beyond the skip boundary. */
function skippable({ segments, open, skipBoundaryS }: MediaPlaylist): number {
  let behindS = open ? durationOf(open.parts) : 0;
  let index = segments.length;
  while (index > 0 && behindS < skipBoundaryS) {
    index -= 1;
    behindS += segments[index]?.durationS ?? 0;
  }
  return index;
}

const durationOf = (parts: readonly PlaylistPart[]): number =>
  parts.reduce((total, { durationS }) => total + durationS, 0);

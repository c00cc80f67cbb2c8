/** The delivery directives of a media playlist request (RFC 8216bis 6.2.5). */
export type PlaylistRequest = Readonly<{
  /**
   * The segment or part that the playlist must contain before the server responds; null to respond
   * immediately.
   */
  until: Position | null;
  /** Whether to omit segments that the client already knows. */
  skip: boolean;
}>;

/** A segment number, and one of its parts (0, 1, …) or all of them (null). */
export type Position = Readonly<{ msn: number; part: number | null }>;

export type ParsedQuery = { ok: true; request: PlaylistRequest } | { ok: false; message: string };

/** Parsed query parameters. A repeated parameter has a list as its value. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Larger than any media sequence number. */
const NUMBER_MAX = 2 ** 31 - 1;
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,9})$/;

/** Parses the delivery directives; ignores other parameters. */
export function parsePlaylistQuery(query: Query): ParsedQuery {
  const msn = wholeNumber('_HLS_msn', query['_HLS_msn']);
  if (typeof msn === 'string') return refusal(msn);
  const part = wholeNumber('_HLS_part', query['_HLS_part']);
  if (typeof part === 'string') return refusal(part);
  // 6.2.5.2: _HLS_part without _HLS_msn is an error (400).
  if (part !== null && msn === null) return refusal('_HLS_part requires _HLS_msn.');
  const skip = query['_HLS_skip'];
  if (skip !== undefined && skip !== 'YES' && skip !== 'v2')
    return refusal('_HLS_skip must be YES or v2.');
  return {
    ok: true,
    request: { until: msn === null ? null : { msn, part }, skip: skip !== undefined },
  };
}

/** Returns the number, null if the parameter is absent, or an error message. */
function wholeNumber(name: string, value: Query[string]): number | null | string {
  if (value === undefined) return null;
  if (typeof value !== 'string') return `${name} is present more than once.`;
  if (!WHOLE_NUMBER.test(value) || Number(value) > NUMBER_MAX)
    return `${name} must be a whole number.`;
  return Number(value);
}

const refusal = (message: string): ParsedQuery => ({ ok: false, message });

/**
 * A playlist's progress: its last segment, complete or in progress, and the number of its parts.
 */
export type PlaylistEnd = Readonly<{ msn: number; parts: number; complete: boolean }>;

export type Turn = { answer: 'now' } | { answer: 'later' } | { answer: 'refuse'; message: string };

/** Requests for a segment that is further ahead than this are rejected (6.2.5.2: SHOULD). */
const AHEAD_MAX = 2;

/**
 * Returns whether a request is answered now or later, or refused, given the playlist's progress.
 */
export function turnOf({ msn, part }: Position, end: PlaylistEnd, partsInSegment: number): Turn {
  if (msn > end.msn + AHEAD_MAX)
    return {
      answer: 'refuse',
      message: `Segment ${msn} is too far ahead. The last one is ${end.msn}.`,
    };
  // No segment has that many parts, so the request can only be a mistake.
  if (part !== null && part > partsInSegment * AHEAD_MAX)
    return {
      answer: 'refuse',
      message: `Part ${part} can’t exist: no segment has that many parts.`,
    };
  return { answer: has(end, { msn, part }) ? 'now' : 'later' };
}

/** 6.2.5.2: a part past the last one of its segment is part 0 of the next segment. */
function has(end: PlaylistEnd, { msn, part }: Position): boolean {
  if (msn < end.msn) return true;
  if (msn > end.msn) return false;
  if (part === null) return end.complete;
  return part < end.parts;
}

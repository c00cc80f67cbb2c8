/** The delivery directives of a media playlist request (RFC 8216bis 6.2.5). */
export type PlaylistRequest = Readonly<{
  /**
   * Respond once this segment, or this part of it, is in the playlist; null: respond immediately.
   */
  until: Position | null;
  /** Omit what the client already has. */
  skip: boolean;
}>;

/** A segment number, and one of its parts (0, 1, …) or all of them (null). */
export type Position = Readonly<{ msn: number; part: number | null }>;

export type ParsedQuery = { ok: true; request: PlaylistRequest } | { ok: false; message: string };

/** A parsed query parameter: repeated names become a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Larger than any playlist will ever count. */
const NUMBER_MAX = 2 ** 31 - 1;
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,9})$/;

/** Parses the delivery directives; ignores other parameters. */
export function parsePlaylistQuery(query: Query): ParsedQuery {
  const msn = wholeNumber('_HLS_msn', query['_HLS_msn']);
  if (typeof msn === 'string') return refusal(msn);
  const part = wholeNumber('_HLS_part', query['_HLS_part']);
  if (typeof part === 'string') return refusal(part);
  // 6.2.5.2: _HLS_part only together with _HLS_msn, else 400.
  if (part !== null && msn === null) return refusal('_HLS_part needs _HLS_msn beside it.');
  const skip = query['_HLS_skip'];
  if (skip !== undefined && skip !== 'YES' && skip !== 'v2')
    return refusal('_HLS_skip has to be YES or v2.');
  return {
    ok: true,
    request: { until: msn === null ? null : { msn, part }, skip: skip !== undefined },
  };
}

/** The number, null if absent, or an error message. */
function wholeNumber(name: string, value: Query[string]): number | null | string {
  if (value === undefined) return null;
  if (typeof value !== 'string') return `${name} is there more than once.`;
  if (!WHOLE_NUMBER.test(value) || Number(value) > NUMBER_MAX)
    return `${name} has to be a whole number.`;
  return Number(value);
}

const refusal = (message: string): ParsedQuery => ({ ok: false, message });

/**
 * A playlist's progress: its last segment, complete or in progress, and the number of its parts.
 */
export type PlaylistEnd = Readonly<{ msn: number; parts: number; complete: boolean }>;

export type Turn = { answer: 'now' } | { answer: 'later' } | { answer: 'refuse'; message: string };

/** Requests further ahead than this are refused (6.2.5.2: SHOULD). */
const AHEAD_MAX = 2;

/** Whether a playlist with this progress can answer a request. */
export function turnOf({ msn, part }: Position, end: PlaylistEnd, partsInSegment: number): Turn {
  if (msn > end.msn + AHEAD_MAX)
    return {
      answer: 'refuse',
      message: `Segment ${msn} is too far ahead; the last one is ${end.msn}.`,
    };
  // A segment cannot have that many parts, so the request would wait for ever.
  if (part !== null && part > partsInSegment * AHEAD_MAX)
    return { answer: 'refuse', message: `A segment does not have so many parts as ${part}.` };
  return { answer: has(end, { msn, part }) ? 'now' : 'later' };
}

/** 6.2.5.2: a part past the last one of its segment is part 0 of the next segment. */
function has(end: PlaylistEnd, { msn, part }: Position): boolean {
  if (msn < end.msn) return true;
  if (msn > end.msn) return false;
  if (part === null) return end.complete;
  return part < end.parts;
}

/** What a request for a media playlist asks for (RFC 8216bis 6.2.5). */
export type PlaylistRequest = Readonly<{
  /** Answer when this segment, or this part of it, is in the playlist; null: answer now. */
  until: Position | null;
  /** Leave out what the client has already. */
  skip: boolean;
}>;

/** A segment's number, and of its parts one (0, 1, …) or all of them (null). */
export type Position = Readonly<{ msn: number; part: number | null }>;

export type ParsedQuery = { ok: true; request: PlaylistRequest } | { ok: false; message: string };

/** What a query string's parser makes of one: repeated names become a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** More than any playlist will ever count. */
const NUMBER_MAX = 2 ** 31 - 1;
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,9})$/;

/** Reads the delivery directives; names that are no directives are not looked at. */
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

/** The number, null when there is none, or what is wrong with it. */
function wholeNumber(name: string, value: Query[string]): number | null | string {
  if (value === undefined) return null;
  if (typeof value !== 'string') return `${name} is there more than once.`;
  if (!WHOLE_NUMBER.test(value) || Number(value) > NUMBER_MAX)
    return `${name} has to be a whole number.`;
  return Number(value);
}

const refusal = (message: string): ParsedQuery => ({ ok: false, message });

/** How far a playlist has come: its last segment, complete or growing, and how many parts that one has. */
export type PlaylistEnd = Readonly<{ msn: number; parts: number; complete: boolean }>;

export type Turn = { answer: 'now' } | { answer: 'later' } | { answer: 'refuse'; message: string };

/** A request for a segment further ahead than this is a mistake (6.2.5.2: SHOULD be refused). */
const AHEAD_MAX = 2;

/** Whether a request can be answered by a playlist that has come so far. */
export function turnOf({ msn, part }: Position, end: PlaylistEnd, partsInSegment: number): Turn {
  if (msn > end.msn + AHEAD_MAX)
    return {
      answer: 'refuse',
      message: `Segment ${msn} is too far ahead; the last one is ${end.msn}.`,
    };
  // A segment can't have so many parts: nobody would be answered by them.
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

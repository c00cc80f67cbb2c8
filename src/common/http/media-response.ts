import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type ErrorBody, errorStatus } from '../../protocol/error.js';
import { byteRangeOf, isKnown } from './byte-range.js';

/** The source of a body: bytes in memory, or a part of a file. */
export type Source =
  | Uint8Array
  | Readonly<{ offset: number; byteLength: number; open: () => Promise<FileHandle | null> }>;

/** A response with media or a playlist. */
export type MediaResponse = Readonly<{
  source: Source;
  contentType: string;
  cacheControl: string;
  /** A strong entity tag, including its quotes. */
  etag: string;
  /** Whether byte ranges are supported. */
  ranges: boolean;
  /** The encoding of compressible text; null for everything else. */
  encoding: 'gzip' | 'identity' | null;
}>;

/**
 * Headers that allow players on other sites to fetch the response, and to read the headers that
 * they need for measurements. Because the response is never a page, the only security header is the
 * one against content sniffing.
 */
export const CROSS_ORIGIN = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Age, Content-Range, Date, ETag, Retry-After',
  'cross-origin-resource-policy': 'cross-origin',
} as const;
const ALWAYS: readonly string[] = [
  ...Object.entries(CROSS_ORIGIN).flat(),
  'x-content-type-options',
  'nosniff',
];
/** The headers of the response to a preflight request. */
const PREFLIGHT: readonly string[] = [
  ...ALWAYS,
  'access-control-allow-methods',
  'GET, HEAD, OPTIONS',
  'access-control-allow-headers',
  'Range, If-Range, If-None-Match, Cache-Control',
  'access-control-max-age',
  '86400',
];

/**
 * The time after which a client that reads nothing is disconnected, in order to free the memory of
 * its response.
 */
const STALLED_MS = 30_000;

/** Ends a preflight request. */
export function sendPreflight(response: ServerResponse): void {
  response.writeHead(204, [...PREFLIGHT]).end();
}

/** Ends a request with an error in the API's format. */
export function sendError(response: ServerResponse, error: ErrorBody): void {
  const text = Buffer.from(JSON.stringify({ error }));
  const headers = [...ALWAYS, 'content-type', 'application/json; charset=utf-8'];
  headers.push('cache-control', 'no-store', 'content-length', String(text.byteLength));
  if (error.retryAfterMs !== undefined)
    headers.push('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
  response.writeHead(errorStatus[error.code], headers).end(text);
}

/**
 * Ends a request with the requested part of a response. Resolves to the number of body bytes. If
 * the file doesn't exist, sends nothing and resolves to null.
 */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  media: MediaResponse,
): Promise<number | null> {
  const { source, etag } = media;
  const size = source.byteLength;
  if (isKnown(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headersOf(media)).end();
    return 0;
  }
  const range = media.ranges ? byteRangeOf(request.headers, { size, etag }) : 'whole';
  if (range === 'unsatisfiable') {
    const headers = [...ALWAYS, 'content-range', `bytes */${size}`, 'content-length', '0'];
    response.writeHead(416, headers).end();
    return 0;
  }
  const { first, last } = range === 'whole' ? { first: 0, last: size - 1 } : range;
  const headers = headersOf(media, last - first + 1);
  if (range !== 'whole') headers.push('content-range', `bytes ${first}-${last}/${size}`);
  const body = { status: range === 'whole' ? 200 : 206, headers, first, last };
  if (source instanceof Uint8Array) return sendBytes(request, response, { ...body, source });
  return sendFile(request, response, { ...body, source });
}

type Body<S> = { status: number; headers: string[]; first: number; last: number; source: S };

function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, first, last, source }: Body<Uint8Array>,
): number {
  response.writeHead(status, headers);
  if (request.method === 'HEAD') {
    response.end();
    return 0;
  }
  const length = last - first + 1;
  response.end(length === source.byteLength ? source : source.subarray(first, last + 1));
  if (response.writableLength > 0) response.setTimeout(STALLED_MS);
  return length;
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, first, last, source }: Body<Exclude<Source, Uint8Array>>,
): Promise<number | null> {
  const file = await source.open();
  if (!file) return null;
  try {
    response.writeHead(status, headers);
    if (request.method === 'HEAD' || last < first) {
      response.end();
      return 0;
    }
    response.setTimeout(STALLED_MS);
    const { offset } = source;
    await pipeline(file.createReadStream({ start: offset + first, end: offset + last }), response);
    return last - first + 1;
  } finally {
    // The stream closes the file only if it has begun to read it. Closing it twice is allowed.
    await file.close();
  }
}

function headersOf(media: MediaResponse, length?: number): string[] {
  const { contentType, cacheControl, etag, ranges, encoding } = media;
  const headers = [...ALWAYS, 'content-type', contentType, 'cache-control', cacheControl];
  headers.push('etag', etag);
  if (ranges) headers.push('accept-ranges', 'bytes');
  if (encoding !== null) headers.push('vary', 'Accept-Encoding');
  if (encoding === 'gzip') headers.push('content-encoding', 'gzip');
  if (length !== undefined) headers.push('content-length', String(length));
  return headers;
}

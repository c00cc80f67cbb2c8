import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { byteRangeOf, isKnown } from '../../common/http/byte-range.js';
import type { StoredRange } from '../store/recording-store.js';
import type { VodText } from './vod-texts.js';

/** A body of known length, opened once the requested range is known. */
export type Ranged = Readonly<{
  byteLength: number;
  contentType: string;
  /** A strong entity tag, including its quotes. */
  etag: string;
  /** Opens the body; resolves with null if it no longer exists. */
  open: (range: StoredRange) => Promise<Readable | null>;
}>;

/** A client that reads nothing for this long is disconnected, and its files are closed. */
const STALLED_MS = 60_000;

/**
 * Sends the requested range (RFC 9110, sections 13 and 14). Returns false and sends nothing if the
 * body no longer exists.
 */
export async function sendRanged(
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
  { byteLength, contentType, etag, open }: Ranged,
): Promise<boolean> {
  reply.headers({ etag, 'accept-ranges': 'bytes' });
  if (isKnown(headers['if-none-match'], etag)) {
    await reply.status(304).send();
    return true;
  }
  const requested = byteRangeOf(headers, { size: byteLength, etag });
  if (requested === 'unsatisfiable') {
    await reply.status(416).header('content-range', `bytes */${byteLength}`).send();
    return true;
  }
  const range = requested === 'whole' ? { first: 0, last: byteLength - 1 } : requested;
  const length = range.last - range.first + 1;
  const body = method === 'HEAD' || length === 0 ? Readable.from([]) : await open(range);
  if (!body) return false;
  if (requested !== 'whole')
    reply.status(206).header('content-range', `bytes ${range.first}-${range.last}/${byteLength}`);
  reply.raw.setTimeout(STALLED_MS, () => reply.raw.destroy());
  await reply.type(contentType).header('content-length', length).send(body);
  return true;
}

/** Sends a text from memory, or 304 to a client that already has it. */
export async function sendText(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { type, bytes, isGzip, etag }: VodText,
): Promise<void> {
  reply.header('etag', etag);
  if (isKnown(headers['if-none-match'], etag)) {
    await reply.status(304).send();
    return;
  }
  if (isGzip) reply.header('content-encoding', 'gzip');
  await reply.type(type).send(bytes);
}

import type { FastifyReply } from 'fastify';
import { sendPageHeaders } from './security-headers.js';

/**
 * Ends a request with a page. Shared caches must not store pages, because they contain the user's
 * identity.
 */
export function sendPage(
  reply: FastifyReply,
  html: string,
  { status = 200, embeddable = false } = {},
): FastifyReply {
  sendPageHeaders(reply, { embeddable });
  return reply
    .status(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'private, no-cache')
    .send(html);
}

import type { FastifyReply } from 'fastify';
import { sendPageHeaders } from './security-headers.js';

/** A page to send. */
export type Page = Readonly<{
  html: string;
  /** Its inline scripts, as sources of the content security policy. */
  scriptHashes: readonly string[];
}>;

/**
 * Ends a request with a page. Shared caches must not store pages, because they contain the user's
 * identity.
 */
export function sendPage(
  reply: FastifyReply,
  { html, scriptHashes }: Page,
  { status = 200, embeddable = false } = {},
): FastifyReply {
  sendPageHeaders(reply, { embeddable, scriptHashes });
  return reply
    .status(status)
    .type('text/html; charset=utf-8')
    .header('cache-control', 'private, no-cache')
    .send(html);
}

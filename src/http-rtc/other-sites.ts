import type { IncomingMessage } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SDP_FRAGMENT_TYPE } from './sdp-fragment.js';
import { SDP_TYPE } from './sdp-bodies.js';

const RTC_OVER_HTTP = /^\/(?:whip|whep)\//;
/** Matches a WHIP or WHEP endpoint with a trailing slash, as some people enter it. */
const TRAILING_SLASH = /^(\/(?:whip|whep)\/[^/?]+)\/(?=$|\?)/;
const PREFLIGHT_S = 86_400;

/**
 * Headers that allow pages on other sites to read every response, because most browser-based
 * players and encoders are on other sites.
 */
export const FOR_OTHER_SITES = {
  'access-control-allow-origin': '*',
  // The headers that clients read (RFC 9725, section 4.1).
  'access-control-expose-headers': 'Location, Link, ETag, Accept-Patch, Retry-After',
} as const;

/**
 * The response to OPTIONS, including preflight requests (RFC 9725, section 4.2; RFC 5789, section
 * 3.1).
 */
export const OPTIONS_HEADERS = {
  // The headers are listed by name, because * doesn't include Authorization (Fetch, section 3.3.5).
  'access-control-allow-headers': 'Authorization, Content-Type, If-Match',
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
  'access-control-max-age': String(PREFLIGHT_S),
  'accept-post': SDP_TYPE,
  'accept-patch': SDP_FRAGMENT_TYPE,
} as const;

/** Allows pages on other sites to read all responses from /whip and /whep, including errors. */
export function openToOtherSites(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async ({ routeOptions }: FastifyRequest, reply: FastifyReply) => {
      // The matched route is checked and not the address, which can be written in many ways.
      if (!RTC_OVER_HTTP.test(routeOptions.url ?? '')) return;
      reply.headers({ ...FOR_OTHER_SITES, 'cross-origin-resource-policy': 'cross-origin' });
    });
}

/**
 * Returns the address to use for routing. `/whip/NAME/` becomes `/whip/NAME`, because some people
 * enter a trailing slash in their encoder.
 */
export function withoutTrailingSlash({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  return url.replace(TRAILING_SLASH, '$1');
}

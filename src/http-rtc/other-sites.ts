import type { IncomingMessage } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SDP_FRAGMENT_TYPE } from './sdp-fragment.js';
import { SDP_TYPE } from './sdp-bodies.js';

const RTC_OVER_HTTP = /^\/(?:whip|whep)\//;
/** A WHIP or WHEP endpoint with a trailing slash, as some people paste it. */
const TRAILING_SLASH = /^(\/(?:whip|whep)\/[^/?]+)\/(?=$|\?)/;
const PREFLIGHT_S = 86_400;

/** Browser-based players and encoders are mostly on other sites, which may read every response. */
export const FOR_OTHER_SITES = {
  'access-control-allow-origin': '*',
  // RFC 9725 4.1: what clients need to read.
  'access-control-expose-headers': 'Location, Link, ETag, Accept-Patch, Retry-After',
} as const;

/** The answer to OPTIONS, also where it is a preflight (RFC 9725 4.2, RFC 5789 3.1). */
export const OPTIONS_HEADERS = {
  // By name: * would not stand for Authorization (Fetch 3.3.5).
  'access-control-allow-headers': 'Authorization, Content-Type, If-Match',
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
  'access-control-max-age': String(PREFLIGHT_S),
  'accept-post': SDP_TYPE,
  'accept-patch': SDP_FRAGMENT_TYPE,
} as const;

/** Lets pages on other sites read all responses of /whip and /whep, including errors. */
export function openToOtherSites(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async ({ routeOptions }: FastifyRequest, reply: FastifyReply) => {
      // Check the matched route: an address can be written in many ways.
      if (!RTC_OVER_HTTP.test(routeOptions.url ?? '')) return;
      reply.headers({ ...FOR_OTHER_SITES, 'cross-origin-resource-policy': 'cross-origin' });
    });
}

/**
 * Returns the address to route: `/whip/NAME/` becomes `/whip/NAME`, because programs let people
 * type it.
 */
export function withoutTrailingSlash({ url = '' }: Pick<IncomingMessage, 'url'>): string {
  return url.replace(TRAILING_SLASH, '$1');
}

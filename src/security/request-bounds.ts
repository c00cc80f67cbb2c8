import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { addressBlock } from '../auth/coarse-address.js';
import type { Admission } from '../common/admission.js';
import type { Clock } from '../common/clock.js';
import { sendError } from '../common/http-error.filter.js';
import { plainPage } from '../pages/page-html.js';
import { sendPage } from '../pages/send-page.js';
import type { ErrorBody } from '../protocol/error.js';
import { OpenCounts } from '../common/open-counts.js';
import type { ClientAddress } from './client-address.js';
import { RateLimiter, scaled } from './rate-limiter.js';
import { GROUP_RATES, type RouteGroup, routeGroup } from './route-groups.js';

/** The longest address that is looked at, with its query. */
export const URL_MAX = 2_048;
/** Requests of one address that are being answered at one time, most of them waiting for media. */
const OPEN_REQUESTS_MAX = 200;
/** When to ask again where too many are open. */
const OPEN_RETRY_MS = 1_000;

const TOO_LONG: ErrorBody = { code: 'bad_request', message: 'This address is too long.' };

/** What one address may request, and how often. */
export class RequestBounds {
  readonly #clock: Clock;
  readonly #factor: number;
  readonly #limiter = new RateLimiter();
  readonly #open: OpenCounts;

  constructor({ clock, factor }: { clock: Clock; factor: number }) {
    this.#clock = clock;
    this.#factor = factor;
    this.#open = new OpenCounts(Math.ceil(OPEN_REQUESTS_MAX * factor));
  }

  /** Null, or what the request is refused with. */
  refusal(group: RouteGroup, address: string): ErrorBody | null {
    const rate = scaled(GROUP_RATES[group], this.#factor);
    const key = `${group} ${addressBlock(address)}`;
    const retryAfterMs = this.#limiter.take(key, rate, this.#clock.nowMs());
    return retryAfterMs === 0 ? null : tooMany(retryAfterMs);
  }

  /** Counts a request that is being answered; what ends it, or null where there are too many. */
  enter(address: string): (() => void) | null {
    return this.#open.enter(addressBlock(address));
  }
}

/** The same bounds for requests that the framework does not see. */
export class RequestAdmission implements Admission {
  readonly #bounds: RequestBounds;
  readonly #clients: ClientAddress;

  constructor(bounds: RequestBounds, clients: ClientAddress) {
    this.#bounds = bounds;
    this.#clients = clients;
  }

  refusal(request: IncomingMessage, response: ServerResponse): ErrorBody | null {
    const { url = '', method = 'GET' } = request;
    if (url.length > URL_MAX) return TOO_LONG;
    const address = this.#clients.of(request);
    const refused = this.#bounds.refusal(routeGroup(method, url.split('?', 1).join()), address);
    if (refused) return refused;
    const leave = this.#bounds.enter(address);
    if (!leave) return tooMany(OPEN_RETRY_MS);
    response.once('close', leave);
    return null;
  }
}

/** Refuses requests that are too long or too many before anything else is done about them. */
export function boundRequests(app: NestFastifyApplication, bounds: RequestBounds): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      const { url = '' } = request.raw;
      if (url.length > URL_MAX) return sendError(reply, TOO_LONG);
      const group = routeGroup(request.method, url.split('?', 1).join());
      const refused = bounds.refusal(group, request.ip);
      if (refused) return refuse(reply, group, refused);
      const leave = bounds.enter(request.ip);
      if (!leave) return refuse(reply, group, tooMany(OPEN_RETRY_MS));
      reply.raw.once('close', leave);
    });
}

function refuse(reply: FastifyReply, group: RouteGroup, error: ErrorBody): void {
  // Players of other sites have to be able to read when to come back.
  if (group === 'media') reply.headers({ 'access-control-allow-origin': '*' });
  if (group !== 'pages') return sendError(reply, error);
  reply.header('retry-after', Math.ceil((error.retryAfterMs ?? 0) / 1_000));
  sendPage(reply, plainPage('A little slower', error.message), { status: 429 });
}

function tooMany(retryAfterMs: number): ErrorBody {
  return {
    code: 'rate_limited',
    message: 'Too many requests from your address. Wait a little, then try again.',
    retryAfterMs,
  };
}

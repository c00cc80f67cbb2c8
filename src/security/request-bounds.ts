import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Admission } from '../common/admission.js';
import type { Clock } from '../common/clock.js';
import { sendError } from '../common/http-error.filter.js';
import { plainPage } from '../common/http/page-html.js';
import { sendPage } from '../common/http/send-page.js';
import type { ErrorBody } from '../protocol/error.js';
import { AddressCounts, AddressRates } from './address-limits.js';
import type { ClientAddress } from './client-address.js';
import { scaled } from './rate-limiter.js';
import { GROUP_RATES, type RouteGroup, routeGroup } from './route-groups.js';

/** The maximum length of a URL, including its query. */
export const URL_MAX = 2_048;
/** The maximum number of concurrent requests per address, most of which wait for media. */
const OPEN_REQUESTS_MAX = 200;
/** The retry delay when an address has too many requests open. */
const OPEN_RETRY_MS = 1_000;

const TOO_LONG: ErrorBody = {
  code: 'bad_request',
  message: `The URL is too long. It can have up to ${URL_MAX} characters.`,
};

/** An incoming request. */
type Arrival = Readonly<{
  url: string;
  group: RouteGroup;
  address: string;
  response: ServerResponse;
}>;

/** Limits the requests from an address. */
export class RequestBounds {
  readonly #clock: Clock;
  /** The limits by route group. */
  readonly #limits: ReadonlyMap<string, AddressRates>;
  readonly #open: AddressCounts;

  constructor({ clock, factor }: { clock: Clock; factor: number }) {
    this.#clock = clock;
    this.#limits = new Map(
      Object.entries(GROUP_RATES).map(([group, rate]) => [
        group,
        new AddressRates(scaled(rate, factor)),
      ]),
    );
    this.#open = new AddressCounts(Math.ceil(OPEN_REQUESTS_MAX * factor));
  }

  /**
   * Returns the error with which to refuse a request, or null to admit it. An admitted request
   * counts until its response closes.
   */
  refusal({ url, group, address, response }: Arrival): ErrorBody | null {
    if (url.length > URL_MAX) return TOO_LONG;
    const retryAfterMs = this.#limits.get(group)?.take(address, this.#clock.nowMs()) ?? 0;
    if (retryAfterMs > 0) return tooMany(retryAfterMs);
    const leave = this.#open.enter(address);
    if (!leave) return tooMany(OPEN_RETRY_MS);
    response.once('close', leave);
    return null;
  }
}

/** Applies {@link RequestBounds} to requests under /hls, most of which bypass the framework. */
export class RequestAdmission implements Admission {
  readonly #bounds: RequestBounds;
  readonly #clients: ClientAddress;

  constructor(bounds: RequestBounds, clients: ClientAddress) {
    this.#bounds = bounds;
    this.#clients = clients;
  }

  refusal(request: IncomingMessage, response: ServerResponse): ErrorBody | null {
    const address = this.#clients.of(request);
    return this.#bounds.refusal({ url: request.url ?? '', group: 'media', address, response });
  }
}

/** Rejects requests beyond the limits before any other processing. */
export function boundRequests(app: NestFastifyApplication, bounds: RequestBounds): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      const { url = '' } = request.raw;
      const group = routeGroup(request.method, request.routeOptions.url);
      const refused = bounds.refusal({ url, group, address: request.ip, response: reply.raw });
      if (refused === TOO_LONG) return sendError(reply, refused);
      if (refused) return refuse(reply, group, refused);
    });
}

function refuse(reply: FastifyReply, group: RouteGroup, error: ErrorBody): void {
  // This header lets players on other sites read the response, which says when to retry.
  if (group === 'media') reply.headers({ 'access-control-allow-origin': '*' });
  if (group !== 'pages') return sendError(reply, error);
  reply.header('retry-after', Math.ceil((error.retryAfterMs ?? 0) / 1_000));
  sendPage(reply, plainPage('Too many requests', error.message), { status: 429 });
}

function tooMany(retryAfterMs: number): ErrorBody {
  return {
    code: 'rate_limited',
    message: 'Too many requests from your address. Wait a moment, then try again.',
    retryAfterMs,
  };
}

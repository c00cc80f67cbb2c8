import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorBody, errorStatus } from '../protocol/error.js';
import { DomainError } from './domain-error.js';
import { LOG, type Log } from './logger.js';
import { QueueFullError } from './serial-queue.js';
import { isConnectionLost } from './unavailable.js';

/** Turns any error of a request into `{ error: { code, message, … } }` with the code's status. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const body = toErrorBody(error, this.log, http.getRequest<FastifyRequest>());
    sendError(http.getResponse<FastifyReply>(), body);
  }
}

/** The public part of an error; the private part goes to the log. */
export function toErrorBody(error: unknown, log: Log, request: FastifyRequest): ErrorBody {
  if (error instanceof DomainError) return error.toBody();
  const context = { method: request.method, route: request.routeOptions.url };
  // The client disconnected during its request: that is neither our error nor the database's.
  if (request.raw.destroyed && !request.raw.complete)
    return { code: 'bad_request', message: 'The request was not finished.' };
  if (isConnectionLost(error)) {
    log.warn({ ...context, reason: String(error) }, 'the database can’t be reached');
    return DATABASE_AWAY;
  }
  const known = knownError(error);
  if (known === null) log.error({ ...context, err: error }, 'a request failed');
  return known ?? { code: 'internal', message: 'Something went wrong on the server.' };
}

const DATABASE_AWAY: ErrorBody = {
  code: 'unavailable',
  message: 'The database can’t be reached at the moment, try again soon.',
  retryAfterMs: 2_000,
};

/** Ends a request with an error; does nothing if the response has already started. */
export function sendError(reply: FastifyReply, error: ErrorBody): void {
  if (reply.sent) return;
  if (error.retryAfterMs !== undefined)
    reply.header('retry-after', Math.ceil(error.retryAfterMs / 1_000));
  reply.status(errorStatus[error.code]).header('cache-control', 'no-store').send({ error });
}

/** The public part of a known error; null for internal errors. */
function knownError(error: unknown): ErrorBody | null {
  if (error instanceof QueueFullError)
    return { code: 'unavailable', message: 'Too busy, try again.', retryAfterMs: 1_000 };
  return frameworkError(statusOf(error));
}

/** Errors that Nest and Fastify raise before a controller runs. */
function frameworkError(status: number | null): ErrorBody | null {
  if (status === 404) return { code: 'not_found', message: 'There is nothing at this address.' };
  if (status === 413) return { code: 'payload_too_large', message: 'The request is too large.' };
  if (status === 415)
    return {
      code: 'unsupported_media_type',
      message:
        'Send the body as JSON, with the header content-type: application/json, or to /whip and /whep as application/sdp.',
    };
  if (status !== null && status >= 400 && status < 500)
    return { code: 'bad_request', message: 'The request can’t be read: is its body JSON?' };
  return null;
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null;
  return typeof error.statusCode === 'number' ? error.statusCode : null;
}

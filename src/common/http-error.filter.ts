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
import { errorBodyOf } from './error-body.js';
import { LOG, type Log } from './logger.js';

/** Converts any error in a request to `{ error: { code, message, … } }` with the code's status. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const body = toErrorBody(error, this.log, http.getRequest<FastifyRequest>());
    sendError(http.getResponse<FastifyReply>(), body);
  }
}

/** Extends {@link errorBodyOf} to the framework's errors and to requests that were cut off. */
export function toErrorBody(error: unknown, log: Log, request: FastifyRequest): ErrorBody {
  const { method, raw, routeOptions } = request;
  const isKnown = error instanceof DomainError;
  // The client disconnected while sending its request, so neither the server nor the database
  // failed.
  if (!isKnown && raw.destroyed && !raw.complete)
    return { code: 'bad_request', message: 'The request is incomplete.' };
  return (
    frameworkError(statusOf(error)) ?? errorBodyOf(error, log, { method, route: routeOptions.url })
  );
}

/** Ends a request with an error; does nothing if the response has already started. */
export function sendError(reply: FastifyReply, error: ErrorBody): void {
  if (reply.sent) return;
  if (error.retryAfterMs !== undefined)
    reply.header('retry-after', Math.ceil(error.retryAfterMs / 1_000));
  reply.status(errorStatus[error.code]).header('cache-control', 'no-store').send({ error });
}

/** Errors that Nest and Fastify raise before a controller runs. */
function frameworkError(status: number | null): ErrorBody | null {
  if (status === 404) return { code: 'not_found', message: 'Nothing exists at this address.' };
  if (status === 413) return { code: 'payload_too_large', message: 'The request is too large.' };
  if (status === 415)
    return {
      code: 'unsupported_media_type',
      message:
        'Send the body as JSON with the header content-type: application/json. For /whip and /whep, use application/sdp.',
    };
  if (status !== null && status >= 400 && status < 500)
    return {
      code: 'bad_request',
      message: 'The request is malformed. Check that its body is JSON.',
    };
  return null;
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null;
  return typeof error.statusCode === 'number' ? error.statusCode : null;
}

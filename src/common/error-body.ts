import type { ErrorBody } from '../protocol/error.js';
import { DomainError } from './domain-error.js';
import type { Log } from './logger.js';
import { QueueFullError } from './serial-queue.js';
import { isConnectionLost } from './unavailable.js';

const BUSY: ErrorBody = {
  code: 'unavailable',
  message: 'The server is busy. Try again.',
  retryAfterMs: 1_000,
};
const NO_DATABASE: ErrorBody = {
  code: 'unavailable',
  message: 'The database is unavailable. Try again in a moment.',
  retryAfterMs: 2_000,
};
const INTERNAL: ErrorBody = {
  code: 'internal',
  message: 'Something went wrong on the server.',
};

/**
 * Returns the public part of an error, for both HTTP and socket replies. Logs the private part.
 *
 * @param context names the request in the log
 */
export function errorBodyOf(
  error: unknown,
  log: Log,
  context: Readonly<Record<string, unknown>>,
): ErrorBody {
  if (error instanceof DomainError) return error.toBody();
  if (error instanceof QueueFullError) return BUSY;
  if (isConnectionLost(error)) {
    log.warn({ ...context, reason: String(error) }, 'the database is unreachable');
    return NO_DATABASE;
  }
  log.error({ ...context, err: error }, 'a request failed');
  return INTERNAL;
}

import {
  type ArgumentsHost,
  type CallHandler,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import type { ErrorBody, Reply } from '../protocol/error.js';
import { DomainError } from './domain-error.js';
import { LOG, type Log } from './logger.js';
import { QueueFullError } from './serial-queue.js';
import { isConnectionLost } from './unavailable.js';

/** Wraps the return value of a gateway method in the protocol's reply. */
@Injectable()
export class ReplyInterceptor implements NestInterceptor<unknown, Reply<unknown>> {
  intercept(_context: ExecutionContext, next: CallHandler<unknown>): Observable<Reply<unknown>> {
    return next.handle().pipe(map((data) => ({ ok: true, data: data ?? {} })));
  }
}

/**
 * Turns an error thrown by a gateway method into the protocol's reply; never echoes the payload.
 */
@Catch()
export class ReplyFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    // The arguments of a gateway handler: socket, payload, acknowledgement, pattern.
    const [, , acknowledge, request] =
      host.getArgs<[unknown, unknown, (reply: Reply<never>) => void, string]>();
    acknowledge({ ok: false, error: this.#toBody(error, request) });
  }

  #toBody(error: unknown, request: string): ErrorBody {
    if (error instanceof DomainError) return error.toBody();
    if (error instanceof QueueFullError)
      return { code: 'unavailable', message: 'Too busy, try again.', retryAfterMs: 1_000 };
    if (isConnectionLost(error)) {
      this.log.warn({ err: error, request }, 'the database can’t be reached');
      return {
        code: 'unavailable',
        message: 'The database can’t be reached at the moment, try again soon.',
        retryAfterMs: 2_000,
      };
    }
    this.log.error({ err: error, request }, 'a socket request failed');
    return { code: 'internal', message: 'Something went wrong on the server.' };
  }
}

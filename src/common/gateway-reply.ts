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
import type { Reply } from '../protocol/error.js';
import { errorBodyOf } from './error-body.js';
import { LOG, type Log } from './logger.js';

/**
 * The arguments with which a handler is called. The first one is Nest's client, an object that all
 * sockets share; otherwise, Nest would create a function per method and socket.
 */
export type HandlerArguments<S = unknown> = [
  client: unknown,
  payload: unknown,
  acknowledge: (reply: Reply<never>) => void,
  socket: S,
  request: string,
];

/** Wraps the return value of a gateway method in a reply of the protocol. */
@Injectable()
export class ReplyInterceptor implements NestInterceptor<unknown, Reply<unknown>> {
  intercept(_context: ExecutionContext, next: CallHandler<unknown>): Observable<Reply<unknown>> {
    return next.handle().pipe(map((data) => ({ ok: true, data: data ?? {} })));
  }
}

/**
 * Converts an error thrown by a gateway method to a reply of the protocol, which never contains the
 * payload.
 */
@Catch()
export class ReplyFilter implements ExceptionFilter {
  constructor(@Inject(LOG) private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const [, , acknowledge, , request] = host.getArgs<HandlerArguments>();
    acknowledge({ ok: false, error: errorBodyOf(error, this.log, { request }) });
  }
}

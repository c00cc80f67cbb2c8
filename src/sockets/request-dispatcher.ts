import { isObservable, lastValueFrom } from 'rxjs';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { errorBodyOf } from '../common/error-body.js';
import type { OnairSocket } from '../common/gateway.js';
import type { Log } from '../common/logger.js';
import type { Reply } from '../protocol/error.js';
import { cut, isBehind } from './engine-connection.js';
import { REFUSED } from './packet-guard.js';
import { RequestRates } from './request-rates.js';
import { scopeRefusal } from './token-scopes.js';

type SendReply = (reply: Reply<unknown>) => void;

/** A gateway method as prepared by Nest. It returns a reply, or calls `reply` itself. */
export type RequestHandler = (payload: unknown, reply: SendReply, socket: OnairSocket) => unknown;

/** A request as it arrived, with its unvalidated payload. */
export type ArrivedRequest = Readonly<{ name: string; payload: unknown }>;

/** Admits a request before it is handled; throws or rejects if the request is refused. */
export type Admit = (socket: OnairSocket, request: ArrivedRequest) => void | Promise<void>;

/**
 * Routes each event of a socket to its handler and sends back one reply, with only one listener per
 * socket. Nest's own adapter creates an RxJS pipeline for each socket and request, and silently
 * ignores unknown events.
 */
export class RequestDispatcher {
  readonly #admit: Admit;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #handlers = new Map<string, RequestHandler>();

  constructor({ admit, log, clock }: { admit: Admit; log: Log; clock: Clock }) {
    this.#admit = admit;
    this.#log = log;
    this.#clock = clock;
  }

  /** Registers the handler of a request, for all sockets. */
  add(request: string, handler: RequestHandler): void {
    this.#handlers.set(request, handler);
  }

  /** Answers the requests of a socket. */
  listen(socket: OnairSocket): void {
    const sender = { socket, rates: new RequestRates() };
    // `next` is never called, so a client's event can't be mistaken for one of the server's own
    // events.
    socket.use(([event, ...args]) => this.#dispatch(sender, event, args));
  }

  #dispatch({ socket, rates }: Sender, event: unknown, args: unknown[]): void {
    const reply = replyTo(socket, args);
    if (event === REFUSED) return refuse(reply, args[0]);
    const handler = typeof event === 'string' ? this.#handlers.get(event) : undefined;
    if (typeof event !== 'string' || !handler)
      return refuse(reply, new DomainError('unknown_event', 'Unknown request.'));
    const outOfScope = scopeRefusal(socket.data.identity, event);
    if (outOfScope !== null) return refuse(reply, outOfScope);
    const tooOften = rates.refusal(event, this.#clock.nowMs());
    if (tooOften !== null) return refuse(reply, tooOften);
    if (args.length > 1)
      return refuse(reply, new DomainError('bad_request', 'A request has one payload.'));
    void this.#answer(socket, handler, { name: event, payload: args[0] }, reply).then(
      (answer) => answer && reply(answer),
      (error: unknown) =>
        reply({ ok: false, error: errorBodyOf(error, this.#log, { request: event }) }),
    );
  }

  async #answer(
    socket: OnairSocket,
    handler: RequestHandler,
    request: ArrivedRequest,
    reply: SendReply,
  ): Promise<Reply<unknown> | undefined> {
    const admitted = this.#admit(socket, request);
    if (admitted) await admitted;
    return answerOf(handler(request.payload, reply, socket));
  }
}

type Sender = Readonly<{ socket: OnairSocket; rates: RequestRates }>;

/** Removes the acknowledgement from the arguments. If there is none, only errors are sent. */
function replyTo(socket: OnairSocket, args: unknown[]): SendReply {
  const acknowledge = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  let answered = false;
  return (reply) => {
    if (answered || !socket.connected) return;
    answered = true;
    if (isBehind(socket.conn)) return cut(socket.conn);
    if (typeof acknowledge === 'function') acknowledge(reply);
    else if (!reply.ok) socket.emit('connection:refused', { error: reply.error });
  };
}

/** Returns the reply, or undefined if the gateway's filter has already replied with an error. */
async function answerOf(handled: unknown): Promise<Reply<unknown> | undefined> {
  const result: unknown = await handled;
  const answer: unknown = isObservable(result)
    ? await lastValueFrom(result, { defaultValue: undefined })
    : result;
  // The gateways' interceptor creates the reply; a test fails for a gateway without it.
  return answer as Reply<unknown> | undefined;
}

function refuse(reply: (reply: Reply<never>) => void, error: unknown): void {
  if (error instanceof DomainError) reply({ ok: false, error: error.toBody() });
}

import {
  applyDecorators,
  type ArgumentsHost,
  createParamDecorator,
  type ExecutionContext,
  type PipeTransform,
  StandardSchemaValidationPipe,
  type Type,
  UseFilters,
  UseInterceptors,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';
import {
  type ClientToServer,
  type RequestData,
  type RequestName,
  requests,
  type ServerToClient,
} from '../protocol/events.js';
import { badRequest } from './bad-request.js';
import { type HandlerArguments, ReplyFilter, ReplyInterceptor } from './gateway-reply.js';
import type { ClientPath } from './client-path.js';
import type { Identity } from './identity.js';

/** Data that the server attaches to a socket. */
export type SocketData = {
  /** The client's identity; set before the socket connects, and valid for the socket's lifetime. */
  identity: Identity;
  /** The handshake's cookie that contains the passes for unlocked channels. */
  passes: string;
  /** The client's address, for bans and rate limits. It is never revealed to others. */
  address: string;
  /** The handshake's addresses, which determine how media can reach the client. */
  path: ClientPath;
  /** A keyed hash of the client's network, as stored with bans of guests. */
  addressHash: string;
  /**
   * Whether a ping is unanswered. The connection may be about to close, or the client may have lost
   * its signal for a moment.
   */
  isSilent: boolean;
};

type NoServerEvents = Record<string, never>;

/** One client's connection, with the types of the protocol. */
export type OnairSocket = Socket<ClientToServer, ServerToClient, NoServerEvents, SocketData>;
/** All connections. `server.to(room).emit(…)` encodes a message once for the whole room. */
export type OnairServer = Server<ClientToServer, ServerToClient, NoServerEvents, SocketData>;

/** The return value of a request handler; undefined means empty `data`. */
type Answer<N extends RequestName> =
  | RequestData<N>
  | (RequestData<N> extends Record<string, never> ? void : never);

/**
 * Marks a class whose {@link OnRequest} methods handle socket requests. Nest's global pipes,
 * filters and interceptors do not apply to gateways, so this decorator binds them. No matter what
 * the method does, each request is acknowledged exactly once, with `{ ok: true, data }` or `{ ok:
 * false, error }`.
 */
export function OnairGateway(): ClassDecorator {
  return applyDecorators(
    WebSocketGateway(),
    UseInterceptors(ReplyInterceptor),
    UseFilters(ReplyFilter),
  );
}

/**
 * Makes a method handle a protocol request. The reply's data is the method's return value, or the
 * value to which it resolves.
 */
export function OnRequest<N extends RequestName>(name: N) {
  return <M extends (...args: never[]) => Answer<N> | Promise<Answer<N>>>(
    _target: object,
    _key: string,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    SubscribeMessage(name)(_target, _key, descriptor);
  };
}

/** Returns the socket that sent a request. */
export function socketOf(context: ArgumentsHost): OnairSocket {
  const [, , , socket] = context.getArgs<HandlerArguments<OnairSocket>>();
  return socket;
}

/** On a parameter: the socket that sent the request. Nest's `@ConnectedSocket()` doesn't know it. */
export const RequestSocket = createParamDecorator(
  (_data: unknown, context: ExecutionContext): OnairSocket => socketOf(context),
);

/**
 * On a parameter: the validated payload of the request. An invalid payload is rejected with
 * `bad_request`. Further pipes receive the validated payload.
 */
export function Payload(
  name: RequestName,
  ...pipes: readonly Type<PipeTransform>[]
): ParameterDecorator {
  return MessageBody({ schema: requests[name].payload, pipes: [payloadPipe, ...pipes] });
}

const payloadPipe = new StandardSchemaValidationPipe({ exceptionFactory: badRequest });

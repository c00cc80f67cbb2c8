import {
  applyDecorators,
  StandardSchemaValidationPipe,
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
import { ReplyFilter, ReplyInterceptor } from './gateway-reply.js';
import type { ClientPath } from './client-path.js';
import type { Identity } from './identity.js';

/** Data that the server attaches to a socket. */
export type SocketData = {
  /** Set before the socket connects, and valid for its lifetime. */
  identity: Identity;
  /** The cookie with passes of unlocked channels, from the handshake. */
  passes: string;
  /** The client's address, for bans and rate limits. Never shown to others. */
  address: string;
  /** How it came here: which of our addresses it can reach. */
  path: ClientPath;
  /** A keyed hash of the client's network, as stored in bans of guests. */
  addressHash: string;
  /** A ping is unanswered: the connection is about to be closed, or had no signal for a moment. */
  isSilent: boolean;
};

type NoServerEvents = Record<string, never>;

/** One client's connection, typed with the protocol. */
export type OnairSocket = Socket<ClientToServer, ServerToClient, NoServerEvents, SocketData>;
/** All connections. `server.to(room).emit(…)` encodes once for everybody in the room. */
export type OnairServer = Server<ClientToServer, ServerToClient, NoServerEvents, SocketData>;

/** The return value of a request handler; nothing means empty `data`. */
type Answer<N extends RequestName> =
  | RequestData<N>
  | (RequestData<N> extends Record<string, never> ? void : never);

/**
 * Marks a class whose {@link OnRequest} methods answer socket requests. Nest's global pipes,
 * filters and interceptors do not reach gateways, so they are bound here: each request is
 * acknowledged exactly once, with `{ ok: true, data }` or `{ ok: false, error }`, whatever the
 * method does.
 */
export function OnairGateway(): ClassDecorator {
  return applyDecorators(
    WebSocketGateway(),
    UseInterceptors(ReplyInterceptor),
    UseFilters(ReplyFilter),
  );
}

/**
 * Makes a method answer a protocol request: its return value (or what it resolves to) is the
 * reply's data.
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

/** Injects the validated payload of the request; an invalid one is answered with `bad_request`. */
export function Payload(name: RequestName): ParameterDecorator {
  return MessageBody({ schema: requests[name].payload, pipes: [payloadPipe] });
}

const payloadPipe = new StandardSchemaValidationPipe({ exceptionFactory: badRequest });

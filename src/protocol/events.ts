import { z } from 'zod';
import { chatEvents, chatRequests } from './chat-requests.js';
import { ErrorBody, type Reply } from './error.js';
import { signalingEvents, signalingRequests } from './signaling.js';
import { stageEvents, stageRequests } from './stage.js';

/** Events about the connection itself. */
export const connectionEvents = {
  /**
   * A message from this connection was rejected, and the client hadn't requested an
   * acknowledgement.
   */
  'connection:refused': z.object({ error: ErrorBody }),
  /**
   * The server at the other end of this connection is about to stop. The client should open a new
   * connection, which will reach a different server, and then close this one.
   */
  'node:moving': z.object({}),
  /** The server won't stop after all. A client that hasn't moved yet can stay connected. */
  'node:staying': z.object({}),
} as const;

/** All requests that a client can make over the socket. Each of them is acknowledged. */
export const requests = { ...signalingRequests, ...stageRequests, ...chatRequests } as const;
/** All events that the server sends over the socket. */
export const events = {
  ...signalingEvents,
  ...stageEvents,
  ...chatEvents,
  ...connectionEvents,
} as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
/** The payload as a client sends it, before defaults and transforms. */
export type RequestInput<N extends RequestName> = z.input<Requests[N]['payload']>;
/** The payload as a gateway receives it, after validation. */
export type RequestPayload<N extends RequestName> = z.output<Requests[N]['payload']>;
export type RequestData<N extends RequestName> = z.output<Requests[N]['data']>;

export type Events = typeof events;
export type EventName = keyof Events;
export type EventPayload<N extends EventName> = z.output<Events[N]>;

/** The type parameters for Socket.IO's server and client. */
export type ClientToServer = {
  [N in RequestName]: (
    payload: RequestInput<N>,
    acknowledge: (reply: Reply<RequestData<N>>) => void,
  ) => void;
};
export type ServerToClient = { [N in EventName]: (payload: EventPayload<N>) => void };

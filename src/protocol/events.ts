import { z } from 'zod';
import { chatEvents, chatRequests } from './chat-requests.js';
import { ErrorBody, type Reply } from './error.js';
import { signalingEvents, signalingRequests } from './signaling.js';

/** Events about the connection itself. */
export const connectionEvents = {
  /** Something this connection sent was refused, and had no acknowledgement to answer. */
  'connection:refused': z.object({ error: ErrorBody }),
} as const;

/** All requests a client can make over the socket; each is acknowledged. */
export const requests = { ...signalingRequests, ...chatRequests } as const;
/** All events the server sends over the socket. */
export const events = { ...signalingEvents, ...chatEvents, ...connectionEvents } as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
/** The payload as sent by a client (before defaults and transforms). */
export type RequestInput<N extends RequestName> = z.input<Requests[N]['payload']>;
/** The payload as received by a gateway (validated). */
export type RequestPayload<N extends RequestName> = z.output<Requests[N]['payload']>;
export type RequestData<N extends RequestName> = z.output<Requests[N]['data']>;

export type Events = typeof events;
export type EventName = keyof Events;
export type EventPayload<N extends EventName> = z.output<Events[N]>;

/** Type parameters for Socket.IO's server and client. */
export type ClientToServer = {
  [N in RequestName]: (
    payload: RequestInput<N>,
    acknowledge: (reply: Reply<RequestData<N>>) => void,
  ) => void;
};
export type ServerToClient = { [N in EventName]: (payload: EventPayload<N>) => void };

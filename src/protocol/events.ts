import { z } from 'zod';
import { chatEvents, chatRequests } from './chat-requests.js';
import { ErrorBody, type Reply } from './error.js';
import { signalingEvents, signalingRequests } from './signaling.js';

/** About the connection itself. */
export const connectionEvents = {
  /** Something this connection sent was refused, and it carried no acknowledgement to answer in. */
  'connection:refused': z.object({ error: ErrorBody }),
} as const;

/** Every request a client can make over the socket; each is answered by an acknowledgement. */
export const requests = { ...signalingRequests, ...chatRequests } as const;
/** Every event the server sends over the socket. */
export const events = { ...signalingEvents, ...chatEvents, ...connectionEvents } as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
/** What a client sends (before defaults and transforms). */
export type RequestInput<N extends RequestName> = z.input<Requests[N]['payload']>;
/** What a gateway gets (checked). */
export type RequestPayload<N extends RequestName> = z.output<Requests[N]['payload']>;
export type RequestData<N extends RequestName> = z.output<Requests[N]['data']>;

export type Events = typeof events;
export type EventName = keyof Events;
export type EventPayload<N extends EventName> = z.output<Events[N]>;

/** Socket.IO's type parameters, for server and client. */
export type ClientToServer = {
  [N in RequestName]: (
    payload: RequestInput<N>,
    acknowledge: (reply: Reply<RequestData<N>>) => void,
  ) => void;
};
export type ServerToClient = { [N in EventName]: (payload: EventPayload<N>) => void };

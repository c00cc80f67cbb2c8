import { z } from 'zod';
import { ChannelName } from './channel.js';
import {
  ChatBanView,
  ChatHistory,
  ChatJoin,
  ChatJoined,
  ChatMessage,
  ChatPage,
  ChatSend,
  ChatSent,
  ChatTarget,
  Seq,
} from './chat.js';
import { ErrorBody, type Reply } from './error.js';
import { Nothing, signalingEvents, signalingRequests } from './signaling.js';

/** Requests of the chat: event name -> its payload and the `data` of its reply. */
export const chatRequests = {
  'chat:join': { payload: ChatJoin, data: ChatJoined },
  'chat:leave': { payload: z.strictObject({ channel: ChannelName }), data: Nothing },
  'chat:send': { payload: ChatSend, data: ChatSent },
  'chat:history': { payload: ChatHistory, data: ChatPage },
  'chat:delete': { payload: ChatTarget, data: Nothing },
  'chat:ban': { payload: ChatTarget, data: ChatBanView },
  'chat:unban': {
    payload: z.strictObject({ channel: ChannelName, banId: z.uuid() }),
    data: Nothing,
  },
  'chat:bans': {
    payload: z.strictObject({ channel: ChannelName }),
    data: z.object({ bans: z.array(ChatBanView) }),
  },
} as const;

/** Facts the server tells everybody in a chat. */
export const chatEvents = {
  /** All messages committed in one tick, in the order of seq. */
  'chat:messages': z.object({ channel: ChannelName, messages: z.array(ChatMessage) }),
  'chat:deleted': z.object({ channel: ChannelName, seqs: z.array(Seq) }),
  /** To the one concerned: may write no more, or again. */
  'chat:banned': z.object({ channel: ChannelName, banned: z.boolean() }),
} as const;

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

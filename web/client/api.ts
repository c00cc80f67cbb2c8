import type { AccessChange, AccessView } from '../../src/protocol/access.js';
import type { AccountView } from '../../src/protocol/account.js';
import type { BroadcastChange, BroadcastView } from '../../src/protocol/broadcast.js';
import type { ChannelView } from '../../src/protocol/channel.js';
import type { ModeratorView } from '../../src/protocol/chat-moderation.js';
import type { ChatPage } from '../../src/protocol/chat.js';
import type { ErrorBody } from '../../src/protocol/error.js';
import type { FollowView } from '../../src/protocol/follow.js';
import type { ListedBroadcast } from '../../src/protocol/recording.js';
import { at } from './base-path.js';
import { RequestError } from './request-error.js';

const TIMEOUT_MS = 15_000;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

function isHttpError(body: unknown): body is { error: ErrorBody } {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'code' in error && 'message' in error;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // The body is empty, or an HTML page from a proxy.
    return null;
  }
}

/** Returns the content type. Files are sent unchanged, and everything else as JSON. */
function typeOf(body: object): string {
  return body instanceof Blob ? body.type : 'application/json';
}

/**
 * Calls the HTTP API. Throws `RequestError`: the server's error, `offline` or `timeout` if there
 * was no response, or `unavailable` if the response isn't the service's own.
 */
export async function call<T>(method: Method, path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(at(`/api${path}`), {
      method,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json', ...(body && { 'content-type': typeOf(body) }) },
      ...(body && { body: body instanceof Blob ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      throw new RequestError('timeout', 'The server took too long to answer. Try again.');
    }
    throw new RequestError('offline', 'The server can’t be reached. Check your connection.');
  }
  const answer = await readJson(response);
  if (response.ok) {
    // The server validates its responses with the schemas from which this type is derived.
    return answer as T;
  }
  if (isHttpError(answer)) {
    const { code, message, retryAfterMs, issues } = answer.error;
    throw new RequestError(code, message, { retryAfterMs, issues });
  }
  throw new RequestError('unavailable', 'The server is not available right now. Try again soon.');
}

const channelPath = (name: string): string => `/channels/${encodeURIComponent(name)}`;
const memberPath = (name: string, username: string): string =>
  `${channelPath(name)}/members/${encodeURIComponent(username)}`;

const moderatorPath = (name: string, username: string): string =>
  `${channelPath(name)}/moderators/${encodeURIComponent(username)}`;

/** The HTTP API under /api. Every call throws `RequestError` on failure. */
export const api = {
  me: () => call<AccountView>('GET', '/me'),
  logout: () => call<null>('POST', '/auth/logout'),
  channels: () => call<ChannelView[]>('GET', '/channels'),
  channelsOf: (owner: string) =>
    call<ChannelView[]>('GET', `/channels?owner=${encodeURIComponent(owner)}`),
  channel: (name: string) => call<ChannelView>('GET', channelPath(name)),
  createChannel: (name: string, title: string) =>
    call<ChannelView>('POST', '/channels', { name, title }),
  changeChannel: (name: string, title: string) =>
    call<ChannelView>('PATCH', channelPath(name), { title }),
  deleteChannel: (name: string) => call<null>('DELETE', channelPath(name)),
  /** Unlocks a channel with its password. A cookie keeps the channel unlocked. */
  unlock: (name: string, password: string) =>
    call<null>('POST', `${channelPath(name)}/unlock`, { password }),
  access: (name: string) => call<AccessView>('GET', `${channelPath(name)}/access`),
  changeAccess: (name: string, change: AccessChange) =>
    call<AccessView>('PATCH', `${channelPath(name)}/access`, change),
  changeBroadcast: (id: string, change: BroadcastChange) =>
    call<BroadcastView>('PATCH', `/broadcasts/${id}`, change),
  addMember: (name: string, username: string) => call<null>('PUT', memberPath(name, username)),
  removeMember: (name: string, username: string) =>
    call<null>('DELETE', memberPath(name, username)),
  moderators: (name: string) => call<ModeratorView[]>('GET', `${channelPath(name)}/moderators`),
  appoint: (name: string, username: string) => call<unknown>('PUT', moderatorPath(name, username)),
  dismiss: (name: string, username: string) => call<null>('DELETE', moderatorPath(name, username)),
  followOf: (name: string) => call<FollowView>('GET', `${channelPath(name)}/follow`),
  follow: (name: string) => call<FollowView>('PUT', `${channelPath(name)}/follow`),
  unfollow: (name: string) => call<FollowView>('DELETE', `${channelPath(name)}/follow`),
  /** Gets one page of broadcasts, newest first. */
  broadcasts: (name: string, { limit, offset }: { limit: number; offset: number }) =>
    call<ListedBroadcast[]>(
      'GET',
      `${channelPath(name)}/broadcasts?limit=${limit}&offset=${offset}`,
    ),
  /** Gets the first chat messages of a broadcast. */
  broadcastChat: (id: string, { limit }: { limit: number }) =>
    call<ChatPage>('GET', `/broadcasts/${encodeURIComponent(id)}/chat?limit=${limit}`),
};

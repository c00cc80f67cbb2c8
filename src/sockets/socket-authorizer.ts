import type { ChannelAccess } from '../access/access-policy.js';
import type { AccessService } from '../access/access.service.js';
import type { Visitor } from '../access/visitor.js';
import { AccessWatchdog } from '../access/access-watchdog.js';
import { rememberAccess } from '../access/granted-access.js';
import { assertAllowed } from '../access/refusals.js';
import { DomainError } from '../common/domain-error.js';
import type { OnairSocket } from '../common/gateway.js';
import type { Log } from '../common/logger.js';
import type { RequestName } from '../protocol/events.js';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';
import type { ArrivedRequest } from './request-dispatcher.js';

/** The maximum number of channels that one connection can enter. */
const CHANNELS_PER_SOCKET_MAX = 100;

/**
 * Requests whose handlers check an invitation instead of the channel's access. An invited guest of
 * a private channel can use only the stage, so the connection doesn't count as inside the channel.
 */
const BY_INVITATION: ReadonlySet<string> = new Set<RequestName>(['stage:join']);

type NamesChannel = Readonly<{ channel: string }>;

/**
 * Checks every socket request that names a channel against the access policy, regardless of its
 * gateway. Stores the decision for the handler (`@GrantedAccess()`), and tracks which connections
 * are inside which channels. A connection that loses access is notified and disconnected, which
 * ends all its activity in the channel.
 */
export class SocketAuthorizer {
  readonly #access: AccessService;
  readonly #audience: AccessWatchdog<OnairSocket>;
  readonly #entered = new WeakMap<OnairSocket, Set<string>>();

  constructor(access: AccessService, log: Log) {
    this.#access = access;
    this.#audience = new AccessWatchdog({
      access,
      log,
      visitorOf,
      evict: (socket, channel, code) => {
        socket.emit('channel:closed', { channel, code });
        socket.disconnect(true);
      },
    });
  }

  /**
   * Admits a request, synchronously if the channel's access is cached.
   * @throws {DomainError} `channel_not_found`, `password_required`, `rate_limited`
   */
  admit(socket: OnairSocket, { name: request, payload }: ArrivedRequest): void | Promise<void> {
    if (BY_INVITATION.has(request)) return;
    // The request's schema rejects invalid names.
    if (!namesChannel(payload) || !CHANNEL_NAME_PATTERN.test(payload.channel)) return;
    const { channel: name } = payload;
    const found = this.#access.find(name);
    if (!(found instanceof Promise)) return this.#enter(socket, payload, found);
    return found.then((channel) => this.#enter(socket, payload, channel));
  }

  /** Removes a connection that has closed. */
  left(socket: OnairSocket): void {
    for (const name of this.#entered.get(socket) ?? []) this.#audience.leave(socket, name);
    this.#entered.delete(socket);
  }

  close(): void {
    this.#audience.close();
  }

  #enter(socket: OnairSocket, payload: NamesChannel, channel: ChannelAccess | null): void {
    const { channel: name } = payload;
    assertAllowed(this.#access.decide(channel, visitorOf(socket)), name);
    if (channel) rememberAccess(payload, { access: channel, isLocked: false });
    if (!socket.connected) return;
    const entered = this.#entered.get(socket) ?? new Set();
    if (entered.has(name)) return;
    if (entered.size >= CHANNELS_PER_SOCKET_MAX)
      throw new DomainError(
        'rate_limited',
        'Too many channels on one connection. Open another one.',
      );
    this.#entered.set(socket, entered.add(name));
    this.#audience.enter(socket, name);
  }
}

function visitorOf({ data: { identity, passes, address } }: OnairSocket): Visitor {
  return { identity, passes, address };
}

function namesChannel(payload: unknown): payload is NamesChannel {
  if (typeof payload !== 'object' || payload === null || !('channel' in payload)) return false;
  return typeof payload.channel === 'string';
}

import type { ChannelAccess } from '../access/access-policy.js';
import type { AccessService } from '../access/access.service.js';
import type { Visitor } from '../access/visitor.js';
import { AccessWatchdog } from '../access/access-watchdog.js';
import { assertAllowed } from '../access/refusals.js';
import { DomainError } from '../common/domain-error.js';
import type { OnairSocket } from '../common/gateway.js';
import type { Log } from '../common/logger.js';
import { isConnectionLost } from '../common/unavailable.js';
import { CHANNEL_NAME_PATTERN } from '../protocol/limits.js';

/** Channels that one connection can have asked for. */
const CHANNELS_PER_SOCKET_MAX = 100;

/**
 * Checks every socket request that names a channel against the access policy, whatever gateway it
 * is for, and remembers which connections are inside. A connection that loses access is notified
 * and disconnected, which ends everything it had in the channel.
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
   * @throws {DomainError} `channel_not_found`, `password_required`, `unavailable`
   */
  admit(socket: OnairSocket, payload: unknown): void | Promise<void> {
    const name = channelOf(payload);
    // The request's schema rejects invalid names.
    if (name === null || !CHANNEL_NAME_PATTERN.test(name)) return;
    const found = this.#access.find(name);
    if (!(found instanceof Promise)) return this.#enter(socket, name, found);
    return found.then(
      (channel) => this.#enter(socket, name, channel),
      (error: unknown) => {
        throw isConnectionLost(error) ? databaseAway(error) : error;
      },
    );
  }

  /** The connection has closed. */
  left(socket: OnairSocket): void {
    for (const name of this.#entered.get(socket) ?? []) this.#audience.leave(socket, name);
    this.#entered.delete(socket);
  }

  close(): void {
    this.#audience.close();
  }

  #enter(socket: OnairSocket, name: string, channel: ChannelAccess | null): void {
    assertAllowed(this.#access.decide(channel, visitorOf(socket)), name);
    if (!socket.connected) return;
    const entered = this.#entered.get(socket) ?? new Set();
    if (entered.has(name)) return;
    if (entered.size >= CHANNELS_PER_SOCKET_MAX)
      throw new DomainError('rate_limited', 'Too many channels on one connection, open another.');
    this.#entered.set(socket, entered.add(name));
    this.#audience.enter(socket, name);
  }
}

function visitorOf({ data: { identity, passes, address } }: OnairSocket): Visitor {
  return { identity, passes, address };
}

function channelOf(payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null || !('channel' in payload)) return null;
  return typeof payload.channel === 'string' ? payload.channel : null;
}

function databaseAway(cause: unknown): DomainError {
  return new DomainError(
    'unavailable',
    'The database can’t be reached at the moment, try again soon.',
    { cause, retryAfterMs: 2_000 },
  );
}

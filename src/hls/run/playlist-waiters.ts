import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** `released`: check again; `late`: the wait timed out; `gone`: the client disconnected. */
export type WaitEnd = 'released' | 'late' | 'gone';

/**
 * Identifies the condition for which a request waits: requests with the same key wait for the same
 * condition.
 */
export type Awaited = Readonly<{
  key: string;
  isThere: () => boolean;
  /** The maximum wait, in milliseconds; defaults to the general limit. */
  waitMs?: number;
}>;

type Waiter = { readonly settle: (end: WaitEnd) => void };
type Connection = { readonly waiters: Set<Waiter>; readonly onClosed: () => void };
type Group = { readonly isThere: () => boolean; readonly waiters: Set<Waiter> };

type Options = Readonly<{
  /** The maximum number of waiting requests; further requests are rejected. */
  max: number;
  /**
   * The maximum number of waiting requests per connection. More than one can wait, because a client
   * can pipeline requests.
   */
  maxPerConnection: number;
  /** The maximum wait, in milliseconds. */
  waitMs: number;
}>;

/** The number of requests answered in one batch. Other pending work runs between batches. */
const RELEASED_AT_ONCE = 250;

/** Requests that wait for media that is not available yet. */
export class PlaylistWaiters {
  readonly #options: Options;
  readonly #groups = new Map<string, Group>();
  readonly #connections = new Map<Socket, Connection>();
  #size = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The number of waiting requests. */
  get size(): number {
    return this.#size;
  }

  /** Whether one more request of this connection may wait. */
  hasRoomFor({ socket }: IncomingMessage): boolean {
    const { max, maxPerConnection } = this.#options;
    return (
      this.#size < max && (this.#connections.get(socket)?.waiters.size ?? 0) < maxPerConnection
    );
  }

  /** Waits until the condition holds, the time is up, or the client disconnects. */
  wait({ key, isThere, waitMs }: Awaited, { socket }: IncomingMessage): Promise<WaitEnd> {
    if (socket.destroyed) return Promise.resolve('gone');
    const { promise, resolve } = Promise.withResolvers<WaitEnd>();
    const group = this.#groupOf(key, isThere);
    const waiter: Waiter = {
      settle: (end) => {
        if (!group.waiters.delete(waiter)) return;
        if (group.waiters.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
        clearTimeout(timer);
        this.#leave(socket, waiter);
        resolve(end);
      },
    };
    const timer = setTimeout(() => waiter.settle('late'), waitMs ?? this.#options.waitMs);
    group.waiters.add(waiter);
    this.#join(socket, waiter);
    return promise;
  }

  /** Releases the requests that wait with this key. */
  release(key: string): void {
    const group = this.#groups.get(key);
    if (group) this.#release(key, group);
  }

  /** Releases the requests whose condition now holds. */
  check(): void {
    for (const [key, group] of this.#groups) if (group.isThere()) this.#release(key, group);
  }

  /** Releases all requests. */
  releaseAll(): void {
    for (const [key, group] of this.#groups) this.#release(key, group);
  }

  #release(key: string, group: Group): void {
    this.#groups.delete(key);
    releaseSome(group.waiters.values());
  }

  #groupOf(key: string, isThere: () => boolean): Group {
    const known = this.#groups.get(key);
    if (known) return known;
    const group: Group = { isThere, waiters: new Set() };
    this.#groups.set(key, group);
    return group;
  }

  #join(socket: Socket, waiter: Waiter): void {
    this.#size += 1;
    const known = this.#connections.get(socket);
    if (known) return void known.waiters.add(waiter);
    const waiters = new Set([waiter]);
    const onClosed = () => {
      for (const one of waiters) one.settle('gone');
    };
    this.#connections.set(socket, { waiters, onClosed });
    // The response's `close` event doesn't work here, because Node doesn't emit it for a pipelined
    // response that isn't being sent yet.
    socket.once('close', onClosed);
  }

  #leave(socket: Socket, waiter: Waiter): void {
    this.#size -= 1;
    const connection = this.#connections.get(socket);
    connection?.waiters.delete(waiter);
    if (!connection || connection.waiters.size > 0) return;
    this.#connections.delete(socket);
    socket.off('close', connection.onClosed);
  }
}

/**
 * Releases waiters in batches and yields between batches, so that media is received even while
 * thousands of requests are being answered.
 */
function releaseSome(waiters: Iterator<Waiter>): void {
  for (let released = 0; released < RELEASED_AT_ONCE; released += 1) {
    const next = waiters.next();
    if (next.done === true) return;
    next.value.settle('released');
  }
  setImmediate(releaseSome, waiters);
}

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** `released`: look again; `late`: it was waited for long enough; `gone`: nobody is there to answer. */
export type WaitEnd = 'released' | 'late' | 'gone';

/** What a request waits for. Requests with the same key wait for the same. */
export type Awaited = Readonly<{
  key: string;
  isThere: () => boolean;
  /** Milliseconds; absent: as long as others. */
  waitMs?: number;
}>;

type Waiter = { readonly settle: (end: WaitEnd) => void };
type Connection = { readonly waiters: Set<Waiter>; readonly onClosed: () => void };
type Group = { readonly isThere: () => boolean; readonly waiters: Set<Waiter> };

type Options = Readonly<{
  /** Requests that may wait at once; more are refused. */
  max: number;
  /** Of one connection, where they may be pipelined. */
  maxPerConnection: number;
  /** How long one waits, milliseconds. */
  waitMs: number;
}>;

/** So many are answered at once; others get their turn after what else is to be done. */
const RELEASED_AT_ONCE = 250;

/** Requests that wait for what is not yet there. */
export class PlaylistWaiters {
  readonly #options: Options;
  readonly #groups = new Map<string, Group>();
  readonly #connections = new Map<Socket, Connection>();
  #size = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Requests that wait now. */
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

  /** Waits until it is there, or the time is over, or the client went away. */
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

  /** Something came: lets those go on who waited for it. */
  check(): void {
    for (const [key, group] of this.#groups) if (group.isThere()) this.#release(key, group);
  }

  /** Lets everybody go on. */
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
    // Not the response: one that is pipelined doesn't see its connection close.
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

/** Media still has to come in while thousands are answered. */
function releaseSome(waiters: Iterator<Waiter>): void {
  for (let released = 0; released < RELEASED_AT_ONCE; released += 1) {
    const next = waiters.next();
    if (next.done === true) return;
    next.value.settle('released');
  }
  setImmediate(releaseSome, waiters);
}

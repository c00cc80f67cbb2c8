import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** `released`: look again; `late`: it was waited for long enough; `gone`: nobody is there to answer. */
export type WaitEnd = 'released' | 'late' | 'gone';

/** What a request waits for. Requests with the same key wait for the same. */
export type Awaited = Readonly<{ key: string; isThere: () => boolean }>;

type Waiter = { readonly settle: (end: WaitEnd) => void };
type Group = { readonly isThere: () => boolean; readonly waiters: Set<Waiter> };

type Options = Readonly<{
  /** Requests that may wait at once; more are refused. */
  max: number;
  /** Of one connection (they may be pipelined). */
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
  readonly #perConnection = new Map<Socket, number>();
  #size = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Requests that wait now. */
  get size(): number {
    return this.#size;
  }

  /** Whether one more request of this connection may wait. */
  hasRoomFor(response: ServerResponse): boolean {
    const { socket } = response;
    const { max, maxPerConnection } = this.#options;
    return (
      this.#size < max && (!socket || (this.#perConnection.get(socket) ?? 0) < maxPerConnection)
    );
  }

  /** Waits until it is there, or the time is over, or the client went away. */
  wait({ key, isThere }: Awaited, response: ServerResponse): Promise<WaitEnd> {
    const { socket } = response;
    if (!socket || socket.destroyed) return Promise.resolve('gone');
    const { promise, resolve } = Promise.withResolvers<WaitEnd>();
    const group = this.#groupOf(key, isThere);
    const onClose = () => waiter.settle('gone');
    const waiter: Waiter = {
      settle: (end) => {
        if (!group.waiters.delete(waiter)) return;
        if (group.waiters.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
        clearTimeout(timer);
        response.off('close', onClose);
        this.#count(socket, -1);
        resolve(end);
      },
    };
    const timer = setTimeout(() => waiter.settle('late'), this.#options.waitMs);
    response.once('close', onClose);
    group.waiters.add(waiter);
    this.#count(socket, 1);
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

  #count(socket: Socket, by: 1 | -1): void {
    this.#size += by;
    const count = (this.#perConnection.get(socket) ?? 0) + by;
    if (count === 0) this.#perConnection.delete(socket);
    else this.#perConnection.set(socket, count);
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

import type { IncomingMessage } from 'node:http';
import type { NodeDrain } from '../cluster/node-drain.js';
import type { OnairServer, OnairSocket } from '../common/gateway.js';
import { MOVING_QUERY } from '../protocol/moving.js';

/**
 * The fraction of the drain's duration over which clients are asked to move. The rest is left for
 * retries.
 */
const SPREAD = 0.6;
/** The time per client if there are few of them, so that a small node stops sooner. */
const PER_CLIENT_MS = 100;
const TICK_MS = 50;

/** The parts of a node's drain that sockets need. */
export type DrainOfSockets = Pick<
  NodeDrain,
  'events' | 'elapsedMs' | 'durationMs' | 'sendsElsewhere' | 'waitFor'
>;

type Options = Readonly<{
  drain: DrainOfSockets;
  io: OnairServer;
  /** Whether a socket publishes a broadcast. */
  publishes: (socketId: string) => boolean;
}>;

/**
 * Asks the clients of a draining node to move to another node, in random order and spread over
 * time. Publishers are asked last, because when a broadcast moves, viewers who are still on this
 * node must join again.
 */
export class SocketMoves {
  readonly #options: Options;
  #notified = new WeakSet<OnairSocket>();
  /** The sockets that have yet to be notified, in order. */
  #waiting: OnairSocket[] = [];
  /** The number of sockets when the drain began. */
  #total = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #offs: readonly (() => void)[];

  constructor(options: Options) {
    this.#options = options;
    const { drain, io } = options;
    drain.waitFor(() => io.sockets.sockets.size);
    this.#offs = [
      drain.events.on('begun', () => this.#begin()),
      drain.events.on('cancelled', () => this.#cancel()),
      drain.events.on('ended', () => io.disconnectSockets(true)),
    ];
  }

  /**
   * Whether a connection can be opened here. While the node drains, clients that are moving are
   * refused with 503, so that a proxy can try another node.
   */
  admits({ url, socket }: IncomingMessage): boolean {
    if (!this.#options.drain.sendsElsewhere || !isMoving(url)) return true;
    socket.end(
      'HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
    );
    return false;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const off of this.#offs) off();
  }

  #begin(): void {
    this.#waiting = shuffled([...this.#options.io.sockets.sockets.values()]);
    this.#total = this.#waiting.length;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Clients that have already moved remain where they are. */
  #cancel(): void {
    clearInterval(this.#timer);
    for (const socket of this.#options.io.sockets.sockets.values())
      if (this.#notified.has(socket)) socket.emit('node:staying', {});
    this.#notified = new WeakSet();
    this.#waiting = [];
  }

  #tick(): void {
    const { drain, io, publishes } = this.#options;
    const elapsedMs = drain.elapsedMs ?? 0;
    const spreadMs = Math.min(drain.durationMs * SPREAD, this.#total * PER_CLIENT_MS);
    const left = Math.ceil(this.#total * Math.max(0, 1 - elapsedMs / Math.max(1, spreadMs)));
    for (const socket of this.#waiting.splice(0, Math.max(0, this.#waiting.length - left)))
      if (!publishes(socket.id)) this.#ask(socket);
    const others = [...io.sockets.sockets.values()].filter(({ id }) => !publishes(id));
    // The remaining clients connected in the meantime.
    if (this.#waiting.length === 0) for (const socket of others) this.#ask(socket);
    if (others.length > 0 && elapsedMs < drain.durationMs * SPREAD) return;
    for (const socket of io.sockets.sockets.values()) this.#ask(socket);
  }

  #ask(socket: OnairSocket): void {
    if (this.#notified.has(socket) || !socket.connected) return;
    this.#notified.add(socket);
    socket.emit('node:moving', {});
  }
}

/** Whether a client opened this connection in order to move. */
function isMoving(url = ''): boolean {
  return new URL(url, 'http://localhost').searchParams.has(MOVING_QUERY);
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

import { io, type Socket } from 'socket.io-client';
import type {
  ClientToServer,
  EventName,
  EventPayload,
  RequestData,
  RequestInput,
  RequestName,
  ServerToClient,
} from '../../src/protocol/events.js';
import type { ErrorBody, Reply } from '../../src/protocol/error.js';
import { MOVING_QUERY } from '../../src/protocol/moving.js';
import { at } from './base-path.js';
import { EarlyTransport } from './early-transport.js';
import { hasEarlySocket } from './head-start.js';
import { RequestError } from './request-error.js';

type Options = {
  /** The server's address; empty for the page's. */
  url: string;
  /** Headers to send; for programs only, because browsers send their own. */
  headers: Readonly<Record<string, string>>;
  /** Whether the link must reach a node other than the current one, which is about to stop. */
  moving?: boolean;
  onOpen: (link: Link) => void;
  /** Called when the socket is lost, or could not be opened. */
  onLost: (link: Link) => void;
};

const REQUEST_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** One socket to the server. In a cluster, it reaches one node. */
export class Link {
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  /** The number of requests without a reply. */
  #pending = 0;
  #isRetired = false;

  constructor({ url, headers, moving = false, onOpen, onLost }: Options) {
    this.#socket = io(url, {
      path: at('/socket.io'),
      transports: hasEarlySocket() ? [EarlyTransport] : ['websocket'],
      // The library's own reconnection isn't used, because it gives up after some errors and after
      // the server has closed the connection.
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
      forceNew: true,
      extraHeaders: { ...headers },
      ...(moving && { query: { [MOVING_QUERY]: '1' } }),
    });
    this.#socket.on('connect', () => onOpen(this));
    this.#socket.on('connect_error', () => onLost(this));
    this.#socket.on('disconnect', () => onLost(this));
  }

  get isOpen(): boolean {
    return this.#socket.connected;
  }

  /** An id that changes with each connect; undefined while the link isn't open. */
  get id(): string | undefined {
    return this.#socket.id;
  }

  /**
   * Sends a request and resolves with the reply. Sends nothing while the link isn't open.
   * @throws {RequestError} the server's error; `offline` if the link isn't open, or broke before
   *   the reply; or `timeout`. After the last two, it is unknown whether the server acted.
   */
  async request<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
    { timeoutMs = REQUEST_TIMEOUT_MS }: { timeoutMs?: number } = {},
  ): Promise<RequestData<N>> {
    if (!this.#socket.connected) throw offline();
    this.#pending += 1;
    try {
      const reply = await this.#ask(name, payload, timeoutMs);
      if (reply.ok) return reply.data;
      throw toRequestError(reply.error);
    } finally {
      this.#pending -= 1;
      if (this.#isRetired && this.#pending === 0) this.close();
    }
  }

  /** Listens for an event until the returned function is called. */
  on<N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void): () => void {
    const untyped = this.#socket as unknown as Socket;
    untyped.on<string>(event, listener);
    return () => void untyped.off<string>(event, listener);
  }

  /** Connects again. */
  open(): void {
    this.#socket.connect();
  }

  /** Drops the connection without waiting for the other side. */
  drop(): void {
    if (this.#socket.connected) this.#socket.io.engine.close();
  }

  /** Closes the link as soon as all its requests have been answered. */
  retire(): void {
    this.#isRetired = true;
    if (this.#pending === 0) this.close();
  }

  /** Closes the link permanently. `onLost` isn't called. */
  close(): void {
    this.#socket.off('connect');
    this.#socket.off('connect_error');
    this.#socket.off('disconnect');
    this.#socket.disconnect();
    this.#socket.removeAllListeners();
  }

  async #ask<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
    timeoutMs: number,
  ): Promise<Reply<RequestData<N>>> {
    try {
      // The server validates its replies with the schemas from which this type is derived.
      const untyped = this.#socket as unknown as Socket;
      return (await untyped.timeout(timeoutMs).emitWithAck(name, payload)) as Reply<RequestData<N>>;
    } catch {
      // The library reports a lost connection and a timeout as the same error.
      if (!this.#socket.connected) throw offline();
      throw new RequestError('timeout', 'The server took too long to answer. Try again.');
    }
  }
}

function offline(): RequestError {
  return new RequestError('offline', 'Not connected to the server.');
}

function toRequestError({ code, message, retryAfterMs, issues }: ErrorBody): RequestError {
  return new RequestError(code, message, { retryAfterMs, issues });
}

import { type ReadonlySignal, signal } from '@preact/signals-core';
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
import { at } from './base-path.js';
import { onNetworkChange } from './network-watch.js';
import { reconnectDelayMs } from './reconnect-delay.js';
import { RequestError } from './request-error.js';

/** `connecting` is the first attempt only; later ones are made while `offline`. */
export type ConnectionStatus = 'connecting' | 'online' | 'offline';

type Options = {
  /** The server; by default the page's own. */
  url?: string;
  /** For programs: browsers send their own. */
  headers?: Readonly<Record<string, string>>;
};

const REQUEST_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** After the network has changed, the server has this long to show that the connection still works. */
const PROBE_TIMEOUT_MS = 2_000;

/**
 * The page's one connection to the server. It comes back by itself: when it breaks, when the server
 * closes it, when the server's pings stay out for eight seconds, and at once when the browser says
 * that the network is back.
 */
export class Connection {
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  readonly #status = signal<ConnectionStatus>('connecting');
  readonly #onlineListeners = new Set<() => void>();
  readonly #refusedListeners = new Set<(error: RequestError) => void>();
  readonly #offs: (() => void)[] = [];
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** The first one is under way. */
  #attempting = true;
  #closed = false;

  constructor({ url = '', headers = {} }: Options = {}) {
    this.#socket = io(url, {
      path: at('/socket.io'),
      transports: ['websocket'],
      // The library's own gives up after some errors, and after the server has closed.
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
      forceNew: true,
      extraHeaders: { ...headers },
    });
    this.#socket.on('connect', () => this.#connected());
    this.#socket.on('connect_error', () => this.#lost());
    this.#socket.on('disconnect', () => this.#lost());
    this.#watchPage();
  }

  get status(): ReadonlySignal<ConnectionStatus> {
    return this.#status;
  }

  /**
   * Asks the server. Nothing is sent while there is no connection.
   * @throws {RequestError} what the server answered; `offline` without a connection, or when it broke
   * before the answer; `timeout`. After these two it is not known whether the server has acted.
   */
  async request<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
    { timeoutMs = REQUEST_TIMEOUT_MS }: { timeoutMs?: number } = {},
  ): Promise<RequestData<N>> {
    if (!this.#socket.connected) throw offline();
    const reply = await this.#ask(name, payload, timeoutMs);
    if (reply.ok) return reply.data;
    const error = toRequestError(reply.error);
    for (const listener of this.#refusedListeners) listener(error);
    throw error;
  }

  /** Listens until the returned function is called. */
  on<N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void): () => void {
    const untyped = this.#socket as unknown as Socket;
    untyped.on<string>(event, listener);
    return () => void untyped.off<string>(event, listener);
  }

  /** Calls back at every connect and reconnect, and at once when it is online. */
  onOnline(listener: () => void): () => void {
    this.#onlineListeners.add(listener);
    if (this.#socket.connected) listener();
    return () => void this.#onlineListeners.delete(listener);
  }

  /** Calls back when the server refused a request, before that fails. */
  onRefused(listener: (error: RequestError) => void): () => void {
    this.#refusedListeners.add(listener);
    return () => void this.#refusedListeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const off of this.#offs.splice(0)) off();
    this.#onlineListeners.clear();
    this.#refusedListeners.clear();
    this.#socket.disconnect();
    this.#socket.removeAllListeners();
    this.#status.value = 'offline';
  }

  async #ask<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
    timeoutMs: number,
  ): Promise<Reply<RequestData<N>>> {
    try {
      // The server makes its replies by the schemas that this type comes from.
      const untyped = this.#socket as unknown as Socket;
      return (await untyped.timeout(timeoutMs).emitWithAck(name, payload)) as Reply<RequestData<N>>;
    } catch {
      // The library has one error for both.
      if (!this.#socket.connected) throw offline();
      throw new RequestError('timeout', 'The server took too long to answer. Try again.');
    }
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#attempting = true;
    this.#socket.connect();
  }

  #connected(): void {
    this.#attempting = false;
    this.#failures = 0;
    this.#status.value = 'online';
    for (const listener of this.#onlineListeners) listener();
  }

  #lost(): void {
    this.#attempting = false;
    if (this.#closed) return;
    this.#status.value = 'offline';
    clearTimeout(this.#retry);
    const delayMs = reconnectDelayMs(this.#failures, Math.random());
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#connect(), delayMs);
  }

  #watchPage(): void {
    const page: unknown = Reflect.get(globalThis, 'document');
    this.#offs.push(
      onNetworkChange(() => this.#networkChanged()),
      listen(globalThis, 'offline', () => this.#drop()),
      // A page that slept, or was kept for "back", may have lost its connection without a sign.
      listen(globalThis, 'pageshow', () => this.#networkChanged()),
      listen(page, 'visibilitychange', () => {
        if (Reflect.get(Object(page), 'visibilityState') === 'visible') this.#networkChanged();
      }),
    );
  }

  /** Connects at once if there is no connection; if there is one, finds out whether it still works. */
  #networkChanged(): void {
    if (this.#status.peek() === 'online') return void this.#probe();
    this.#failures = 0;
    if (!this.#attempting) this.#connect();
  }

  async #probe(): Promise<void> {
    const { id } = this.#socket;
    try {
      await this.request('clock:ping', {}, { timeoutMs: PROBE_TIMEOUT_MS });
    } catch (error) {
      const isSilent = error instanceof RequestError && error.code === 'timeout';
      if (isSilent && this.#socket.id === id) this.#drop();
    }
  }

  /** Gives up the connection without waiting for the other side. */
  #drop(): void {
    if (this.#socket.connected) this.#socket.io.engine.close();
  }
}

/** Programs outside a browser have no such targets. */
function listen(target: unknown, event: string, listener: () => void): () => void {
  if (!(target instanceof EventTarget)) return () => undefined;
  target.addEventListener(event, listener);
  return () => target.removeEventListener(event, listener);
}

function offline(): RequestError {
  return new RequestError('offline', 'There is no connection to the server.');
}

function toRequestError({ code, message, retryAfterMs, issues }: ErrorBody): RequestError {
  return new RequestError(code, message, { retryAfterMs, issues });
}

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

/** `connecting` is only the first attempt; during later attempts, the status is `offline`. */
export type ConnectionStatus = 'connecting' | 'online' | 'offline';

type Options = {
  /** The server's address; defaults to that of the page. */
  url?: string;
  /** Headers that programs send; browsers send their own. */
  headers?: Readonly<Record<string, string>>;
};

const REQUEST_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/**
 * How long the server may take to respond after a network change, before the connection counts as
 * broken.
 */
const PROBE_TIMEOUT_MS = 2_000;

/**
 * The page's single connection to the server. It reconnects on its own when it breaks, when the
 * server closes it, and when the server's pings are missing for eight seconds. It reconnects
 * immediately when the browser reports that the network is back.
 */
export class Connection {
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  readonly #status = signal<ConnectionStatus>('connecting');
  readonly #onlineListeners = new Set<() => void>();
  readonly #refusedListeners = new Set<(error: RequestError) => void>();
  readonly #offs: (() => void)[] = [];
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Whether an attempt to connect is in progress. */
  #attempting = true;
  #closed = false;

  constructor({ url = '', headers = {} }: Options = {}) {
    this.#socket = io(url, {
      path: at('/socket.io'),
      transports: ['websocket'],
      // The library's own reconnection isn't used, because it gives up after some errors and after
      // the server has closed the connection.
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
   * Sends a request and resolves with the reply. Sends nothing while offline.
   * @throws {RequestError} the server's error; `offline` without a connection, or if it broke
   *   before the reply; `timeout`. After the latter two it is unknown whether the server acted.
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

  /** Listens for an event until the returned function is called. */
  on<N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void): () => void {
    const untyped = this.#socket as unknown as Socket;
    untyped.on<string>(event, listener);
    return () => void untyped.off<string>(event, listener);
  }

  /** Calls back at every connect and reconnect, and immediately if online. */
  onOnline(listener: () => void): () => void {
    this.#onlineListeners.add(listener);
    if (this.#socket.connected) listener();
    return () => void this.#onlineListeners.delete(listener);
  }

  /** Calls back when the server refuses a request, before the request rejects. */
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
      // The server validates its replies with the schemas from which this type is derived.
      const untyped = this.#socket as unknown as Socket;
      return (await untyped.timeout(timeoutMs).emitWithAck(name, payload)) as Reply<RequestData<N>>;
    } catch {
      // The library reports a lost connection and a timeout as the same error.
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
      // If a page was suspended or restored from the back/forward cache, its connection may have
      // been lost without an event.
      listen(globalThis, 'pageshow', () => this.#networkChanged()),
      listen(page, 'visibilitychange', () => {
        if (Reflect.get(Object(page), 'visibilityState') === 'visible') this.#networkChanged();
      }),
    );
  }

  /** Connects immediately if offline; otherwise checks whether the connection still works. */
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

  /** Drops the connection without waiting for the other side. */
  #drop(): void {
    if (this.#socket.connected) this.#socket.io.engine.close();
  }
}

/** Listens to a browser object; does nothing outside a browser, where it does not exist. */
function listen(target: unknown, event: string, listener: () => void): () => void {
  if (!(target instanceof EventTarget)) return () => undefined;
  target.addEventListener(event, listener);
  return () => target.removeEventListener(event, listener);
}

function offline(): RequestError {
  return new RequestError('offline', 'Not connected to the server.');
}

function toRequestError({ code, message, retryAfterMs, issues }: ErrorBody): RequestError {
  return new RequestError(code, message, { retryAfterMs, issues });
}

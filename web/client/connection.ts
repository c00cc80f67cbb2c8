import { type ReadonlySignal, signal } from '@preact/signals-core';
import type {
  EventName,
  EventPayload,
  RequestData,
  RequestInput,
  RequestName,
} from '../../src/protocol/events.js';
import { Link } from './link.js';
import { onNetworkChange } from './network-watch.js';
import { NodeMove, type Prepare } from './node-move.js';
import { reconnectDelayMs } from './reconnect-delay.js';
import { RequestError } from './request-error.js';

/** `connecting` is only the first attempt; during later attempts, the status is `offline`. */
export type ConnectionStatus = 'connecting' | 'online' | 'offline';

type Options = {
  /** The server's address; defaults to the page's. */
  url?: string;
  /** Headers to send; for programs only, because browsers send their own. */
  headers?: Readonly<Record<string, string>>;
};

/**
 * If the server doesn't respond within this time after a network change, the connection counts as
 * broken.
 */
const PROBE_TIMEOUT_MS = 2_000;

/**
 * The page's single connection to the server. It reconnects on its own when it breaks, when the
 * server closes it, and when the server hasn't sent a ping for eight seconds. It reconnects
 * immediately when the browser reports that the network is back. When its node is about to stop,
 * the connection moves to another node and remains online.
 */
export class Connection {
  #endFirstAttempt: () => void = () => undefined;
  /** Resolves when the first attempt to connect has succeeded or failed. */
  readonly firstAttempt = new Promise<void>((resolve) => {
    this.#endFirstAttempt = resolve;
  });
  readonly #options: Required<Options>;
  readonly #status = signal<ConnectionStatus>('connecting');
  readonly #listeners = new Set<Listener>();
  readonly #onlineListeners = new Set<(isMove: boolean) => void>();
  readonly #refusedListeners = new Set<(error: RequestError) => void>();
  readonly #offs: (() => void)[] = [];
  readonly #move: NodeMove;
  #link: Link;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Whether an attempt to connect is in progress. */
  #attempting = true;
  #closed = false;

  constructor({ url = '', headers = {} }: Options = {}) {
    this.#options = { url, headers };
    this.#move = new NodeMove({
      open: () => this.#newLink(true),
      switchTo: (next) => this.#switchTo(next),
    });
    this.#link = this.#newLink(false);
    this.on('node:moving', () => this.#move.begin());
    this.on('node:staying', () => this.#move.callOff());
    this.#watchPage();
  }

  get status(): ReadonlySignal<ConnectionStatus> {
    return this.#status;
  }

  /** The current link. Use it for anything that belongs to one node, such as a transport. */
  get link(): Link {
    return this.#link;
  }

  /**
   * Sends a request and resolves with the reply. Sends nothing while offline.
   * @throws {RequestError} as {@link Link.request}
   */
  async request<N extends RequestName>(
    name: N,
    payload: RequestInput<N>,
    options: { timeoutMs?: number } = {},
  ): Promise<RequestData<N>> {
    try {
      return await this.#link.request(name, payload, options);
    } catch (error) {
      if (error instanceof RequestError && !isLocal(error))
        for (const listener of this.#refusedListeners) listener(error);
      throw error;
    }
  }

  /** Listens for an event until the returned function is called. */
  on<N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void): () => void {
    const attach = (link: Link): (() => void) => link.on(event, listener);
    const entry: Listener = { attach, off: attach(this.#link) };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
      entry.off();
    };
  }

  /**
   * Calls back at every connect and reconnect, and immediately if online. Also calls back, with
   * true, after a move to another node, where nothing has been joined except through {@link
   * onMove}.
   */
  onOnline(listener: (isMove: boolean) => void): () => void {
    this.#onlineListeners.add(listener);
    if (this.#link.isOpen) listener(false);
    return () => void this.#onlineListeners.delete(listener);
  }

  /** Prepares something on the link to another node, before the connection moves there. */
  onMove(prepare: Prepare): () => void {
    return this.#move.add(prepare);
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
    this.#move.cancel();
    this.#link.close();
    this.#status.value = 'offline';
  }

  #newLink(moving: boolean): Link {
    return new Link({
      ...this.#options,
      moving,
      onOpen: (link) => (link === this.#link ? this.#connected() : this.#move.opened(link)),
      onLost: (link) => (link === this.#link ? this.#lost() : this.#move.lost(link)),
    });
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#attempting = true;
    this.#link.open();
  }

  #connected(): void {
    this.#attempting = false;
    this.#failures = 0;
    this.#status.value = 'online';
    this.#endFirstAttempt();
    for (const listener of this.#onlineListeners) listener(false);
  }

  /** Continues over the link to another node. Requests in flight still get their replies. */
  #switchTo(next: Link): void {
    const before = this.#link;
    this.#link = next;
    for (const entry of this.#listeners) {
      entry.off();
      entry.off = entry.attach(next);
    }
    before.retire();
    for (const listener of this.#onlineListeners) listener(true);
  }

  #lost(): void {
    this.#attempting = false;
    if (this.#closed) return;
    this.#move.cancel();
    this.#status.value = 'offline';
    this.#endFirstAttempt();
    clearTimeout(this.#retry);
    const delayMs = reconnectDelayMs(this.#failures, Math.random());
    this.#failures += 1;
    this.#retry = setTimeout(() => this.#connect(), delayMs);
  }

  #watchPage(): void {
    const page: unknown = Reflect.get(globalThis, 'document');
    this.#offs.push(
      onNetworkChange(() => this.#networkChanged()),
      listen(globalThis, 'offline', () => this.#link.drop()),
      // If a page was suspended or is restored from the back/forward cache, its connection may have
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
    const link = this.#link;
    const { id } = link;
    try {
      await link.request('clock:ping', {}, { timeoutMs: PROBE_TIMEOUT_MS });
    } catch (error) {
      const isSilent = error instanceof RequestError && error.code === 'timeout';
      if (isSilent && this.#link === link && link.id === id) link.drop();
    }
  }
}

type Listener = { readonly attach: (link: Link) => () => void; off: () => void };

/** Returns whether an error was raised by this client, not sent by the server. */
function isLocal({ code }: RequestError): boolean {
  return code === 'offline' || code === 'timeout';
}

/** Listens to a browser object; does nothing outside a browser, where the object doesn't exist. */
function listen(target: unknown, event: string, listener: () => void): () => void {
  if (!(target instanceof EventTarget)) return () => undefined;
  target.addEventListener(event, listener);
  return () => target.removeEventListener(event, listener);
}

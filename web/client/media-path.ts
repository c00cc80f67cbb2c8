import type { types } from 'mediasoup-client';
import type { Link } from './link.js';
import { onNetworkChange } from './network-watch.js';

/** How long no data may arrive on a path before ICE is restarted. */
const RESTART_AFTER_MS = 2_000;

/**
 * Keeps the path of one WebRTC transport alive. Sends the DTLS fingerprints to the server, restarts
 * ICE when the network changes or the path becomes silent, and reports when the path can't be
 * recovered.
 */
export class MediaPath {
  readonly #link: Pick<Link, 'request'>;
  readonly #transport: types.Transport;
  readonly #offNetwork: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param onFailed called once, if only a new transport can help */
  constructor(link: Pick<Link, 'request'>, transport: types.Transport, onFailed: () => void) {
    this.#link = link;
    this.#transport = transport;
    transport.on('connect', ({ dtlsParameters }, callback, errback) => {
      link
        .request('transport:connect', { transportId: transport.id, dtlsParameters })
        .catch((error: unknown) => {
          errback(error instanceof Error ? error : new Error(String(error)));
          this.#fail(onFailed);
        });
      // The reply isn't awaited, which saves a round trip. Media can't flow before the server has
      // received the parameters anyway.
      callback();
    });
    transport.on('connectionstatechange', (state) => {
      clearTimeout(this.#timer);
      if (state === 'disconnected')
        this.#timer = setTimeout(() => void this.#restart(), RESTART_AFTER_MS);
      if (state === 'failed') this.#fail(onFailed);
    });
    this.#offNetwork = onNetworkChange(() => void this.#restart());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#offNetwork();
    this.#transport.close();
  }

  async #restart(): Promise<void> {
    const { id, connectionState } = this.#transport;
    if (this.#closed || connectionState === 'new' || connectionState === 'closed') return;
    try {
      const { iceParameters } = await this.#link.request('transport:restart-ice', {
        transportId: id,
      });
      if (!this.#closed) await this.#transport.restartIce({ iceParameters });
    } catch {
      // ICE can't be restarted without the socket; a new transport is created after reconnecting.
    }
  }

  #fail(onFailed: () => void): void {
    if (this.#closed) return;
    this.close();
    onFailed();
  }
}

import { signal } from '@preact/signals';
import type { ChannelView } from '../../../src/protocol/channel.js';
import { api } from '../../client/api.js';
import { RequestError } from '../../client/request-error.js';

const REFRESH_MS = 10_000;

/**
 * The directory's data: nothing yet, a list (which may be out of date), or the reason why there is
 * none.
 */
export type ListState =
  | { name: 'loading' }
  | { name: 'loaded'; channels: readonly ChannelView[]; stale: boolean }
  | { name: 'failed'; message: string };

/** The channels, fetched immediately and then every 10 s while the page is visible. */
export class ChannelList {
  readonly state = signal<ListState>({ name: 'loading' });
  readonly #document: Document;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshing = false;
  #closed = false;

  constructor(document: Document) {
    this.#document = document;
    document.addEventListener('visibilitychange', this.#onVisibility);
    void this.refresh();
  }

  /** Refreshes the list now. Never throws; errors are reported in `state`. */
  async refresh(): Promise<void> {
    if (this.#refreshing || this.#closed) return;
    this.#refreshing = true;
    clearTimeout(this.#timer);
    try {
      this.state.value = { name: 'loaded', channels: await api.channels(), stale: false };
    } catch (error) {
      this.#fail(error instanceof RequestError ? error.message : String(error));
    }
    this.#refreshing = false;
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#document.removeEventListener('visibilitychange', this.#onVisibility);
  }

  #fail(message: string): void {
    const before = this.state.value;
    this.state.value =
      before.name === 'loaded' ? { ...before, stale: true } : { name: 'failed', message };
  }

  #schedule(): void {
    if (this.#closed || this.#document.hidden) return;
    this.#timer = setTimeout(() => void this.refresh(), REFRESH_MS);
  }

  readonly #onVisibility = (): void => {
    if (this.#document.hidden) clearTimeout(this.#timer);
    else void this.refresh();
  };
}

import { signal } from '@preact/signals';
import type { ErrorCode } from '../../../src/protocol/error.js';
import { RequestError } from '../../client/request-error.js';

/** The state of the page's recording or clip. */
export type PageState<T> =
  | { name: 'loading' }
  | { name: 'there'; view: T }
  | { name: 'not-found' }
  /** The user has just deleted the recording or clip on this page. */
  | { name: 'deleted' }
  | { name: 'failed'; message: string };

/** The interval at which the view is reloaded until it is settled, in ms. */
const RELOAD_MS = 2_000;

const GONE: ReadonlySet<string> = new Set<ErrorCode>([
  'recording_not_found',
  'clip_not_found',
  'broadcast_not_found',
  'channel_not_found',
  'not_found',
]);

/** Loads a recording or clip, and reloads it until it is settled. */
export class Viewed<T> {
  readonly state = signal<PageState<T>>({ name: 'loading' });
  readonly #load: () => Promise<T>;
  readonly #isSettled: (view: T) => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param load rejects with `RequestError`
   * @param isSettled returns false if the view is about to change
   */
  constructor(load: () => Promise<T>, isSettled: (view: T) => boolean) {
    this.#load = load;
    this.#isSettled = isSettled;
    void this.load();
  }

  /** Loads or reloads the view. The current one remains until the new one arrives. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.put(await this.#load());
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.#failed(error);
    }
  }

  /** Replaces the view. */
  put(view: T): void {
    clearTimeout(this.#timer);
    this.state.value = { name: 'there', view };
    if (!this.#isSettled(view)) this.#scheduleReload();
  }

  wasDeleted(): void {
    clearTimeout(this.#timer);
    this.state.value = { name: 'deleted' };
  }

  #scheduleReload(): void {
    this.#timer = setTimeout(() => void this.load(), RELOAD_MS);
  }

  #failed({ code, message }: RequestError): void {
    if (GONE.has(code)) this.state.value = { name: 'not-found' };
    // The server then renders a page that asks for the password.
    else if (code === 'password_required') location.reload();
    else if (this.state.peek().name === 'there') this.#scheduleReload();
    else this.state.value = { name: 'failed', message };
  }
}

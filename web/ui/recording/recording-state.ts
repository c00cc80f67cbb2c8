import { signal } from '@preact/signals';
import type { ErrorCode } from '../../../src/protocol/error.js';
import { RequestError } from '../../client/request-error.js';

/** What is known of the page's recording or clip. */
export type PageState<T> =
  | { name: 'loading' }
  | { name: 'there'; view: T }
  | { name: 'not-found' }
  /** The owner of the page, or its reader, deleted it just now. */
  | { name: 'deleted' }
  | { name: 'failed'; message: string };

/** So often one that is not ready is looked at again, milliseconds. */
const LOOK_AGAIN_MS = 2_000;

const GONE: ReadonlySet<string> = new Set<ErrorCode>([
  'recording_not_found',
  'clip_not_found',
  'broadcast_not_found',
  'channel_not_found',
  'not_found',
]);

/** A recording or a clip, loaded, and looked at again until it is ready. */
export class Viewed<T> {
  readonly state = signal<PageState<T>>({ name: 'loading' });
  readonly #load: () => Promise<T>;
  readonly #isSettled: (view: T) => boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param load rejects with `RequestError`
   * @param isSettled false: it will be another soon
   */
  constructor(load: () => Promise<T>, isSettled: (view: T) => boolean) {
    this.#load = load;
    this.#isSettled = isSettled;
    void this.load();
  }

  /** Loads it, also again; what is shown stays until then. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.put(await this.#load());
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.#failed(error);
    }
  }

  /** It is now this. */
  put(view: T): void {
    clearTimeout(this.#timer);
    this.state.value = { name: 'there', view };
    if (!this.#isSettled(view)) this.#again();
  }

  wasDeleted(): void {
    clearTimeout(this.#timer);
    this.state.value = { name: 'deleted' };
  }

  #again(): void {
    this.#timer = setTimeout(() => void this.load(), LOOK_AGAIN_MS);
  }

  #failed({ code, message }: RequestError): void {
    if (GONE.has(code)) this.state.value = { name: 'not-found' };
    // Only the page asks for the password.
    else if (code === 'password_required') location.reload();
    else if (this.state.peek().name === 'there') this.#again();
    else this.state.value = { name: 'failed', message };
  }
}

import { signal } from '@preact/signals';
import type { ListedBroadcast, RecordingView } from '../../../src/protocol/recording.js';
import { api } from '../../client/api.js';
import { RequestError } from '../../client/request-error.js';

/** The number of broadcasts per page. */
const PAGE = 12;
/** The maximum number of broadcasts shown; older ones aren't offered. */
const SHOWN_MAX = 240;

/** The past broadcasts of a channel that the user has loaded so far, newest first. */
export class PastBroadcasts {
  /** The loaded broadcasts; null until the first page has loaded. */
  readonly list = signal<readonly ListedBroadcast[] | null>(null);
  /** Whether there are older broadcasts. */
  readonly more = signal(false);
  readonly busy = signal(false);
  readonly problem = signal<string | null>(null);
  readonly #channel: string;
  #offset = 0;

  constructor(channel: string) {
    this.#channel = channel;
  }

  /** Loads the next page. */
  async load(): Promise<void> {
    if (this.busy.peek()) return;
    this.busy.value = true;
    this.problem.value = null;
    try {
      const page = await api.broadcasts(this.#channel, { limit: PAGE, offset: this.#offset });
      this.#offset += page.length;
      const known = this.list.peek() ?? [];
      const ids = new Set(known.map(({ id }) => id));
      // If a broadcast has ended in the meantime, the pages have shifted, and some entries arrive
      // again.
      const fresh = page.filter(({ id, endedAt }) => endedAt !== null && !ids.has(id));
      this.list.value = [...known, ...fresh];
      this.more.value = page.length === PAGE && this.#offset < SHOWN_MAX;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.problem.value = error.message;
    } finally {
      this.busy.value = false;
    }
  }

  /** Replaces a changed broadcast. */
  put(changed: ListedBroadcast): void {
    const list = this.list.peek() ?? [];
    this.list.value = list.map((each) => (each.id === changed.id ? changed : each));
  }

  /** Applies a recording's changes to its broadcast. */
  learn({ id, title, state, durationMs, thumbnailPath, visibility, kept }: RecordingView): void {
    const broadcast = this.list.peek()?.find((each) => each.id === id);
    const recording = { state, durationMs, thumbnailPath, visibility, kept };
    if (broadcast) this.put({ ...broadcast, title, recording });
  }
}

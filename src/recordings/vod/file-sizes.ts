import type { RecordingStore } from '../store/recording-store.js';
import type { Vod } from './vod.js';

const SEGMENT = /^([\w-]{16})\/(video-\d|opus)\/(\d{1,9})\.m4s$/;
const KNOWN_MAX = 20_000;

/**
 * How large stored files are: needed before they are opened, for ranges. What is under a key never changes, so a store
 * over the network is asked once at most, and not at all about segments whose recording is in memory.
 */
export class FileSizes {
  readonly #store: RecordingStore;
  /** Bytes by key; the longest known is forgotten first. */
  readonly #known = new Map<string, number>();

  constructor(store: RecordingStore) {
    this.#store = store;
  }

  /** null: nothing is stored under the key. @param path within the recording */
  async of(key: string, vod: Vod | null, path: string): Promise<number | null> {
    return (vod && told(vod, path)) ?? this.#known.get(key) ?? this.#ask(key);
  }

  async #ask(key: string): Promise<number | null> {
    const bytes = await this.#store.head(key);
    if (bytes === null) return null;
    this.#known.set(key, bytes);
    const [oldest] = this.#known.size > KNOWN_MAX ? this.#known.keys() : [];
    if (oldest !== undefined) this.#known.delete(oldest);
    return bytes;
  }
}

/** By the journal. */
function told({ renditions }: Vod, path: string): number | null {
  const [, run, id, number] = SEGMENT.exec(path) ?? [];
  const segments = renditions.find((one) => one.id === id)?.segments;
  if (!segments || run === undefined) return null;
  // A file has its segment's number.
  const index = segments.indexOf(run, Number(number));
  return index !== -1 && segments.file(index) === `${number}.m4s` ? segments.bytes(index) : null;
}

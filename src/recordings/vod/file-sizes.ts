import type { RecordingStore } from '../store/recording-store.js';
import type { Vod } from './vod.js';

const SEGMENT = /^([\w-]{16})\/(video-\d|opus|aac)\/(\d{1,9})\.m4s$/;
const KNOWN_MAX = 20_000;

/**
 * Provides the sizes of stored files, which range requests need before the files are opened. The
 * content of a key never changes, so a remote store is queried at most once per file, and never for
 * segments of cached recordings.
 */
export class FileSizes {
  readonly #store: RecordingStore;
  /** Sizes by key; the oldest entry is evicted first. */
  readonly #known = new Map<string, number>();

  constructor(store: RecordingStore) {
    this.#store = store;
  }

  /**
   * Returns the size of a file; null if it does not exist.
   * @param path the path within the recording
   */
  async of(key: string, vod: Vod | null, path: string): Promise<number | null> {
    return (vod && recordedSize(vod, path)) ?? this.#known.get(key) ?? this.#ask(key);
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

/** Returns the size recorded in the journal. */
function recordedSize({ renditions }: Vod, path: string): number | null {
  const [, run, id, number] = SEGMENT.exec(path) ?? [];
  const segments = renditions.find((one) => one.id === id)?.segments;
  if (!segments || run === undefined) return null;
  // A file is named after its segment's number.
  const index = segments.indexOf(run, Number(number));
  return index !== -1 && segments.file(index) === `${number}.m4s` ? segments.bytes(index) : null;
}

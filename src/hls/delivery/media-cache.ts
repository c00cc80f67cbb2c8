import type { Clock } from '../../common/clock.js';
import type { MediaResponse } from '../../common/http/media-response.js';

/** A response in memory. */
export type BufferedResponse = MediaResponse & Readonly<{ source: Uint8Array }>;

type Entry = Readonly<{ media: BufferedResponse; untilMs: number }>;

const MAX_AGE = /\bmax-age=(\d{1,9})\b/;
const SHARED = /\bs-maxage=[1-9]/;
/**
 * How long a running playlist is stored. Its headers would allow a second. This is shorter than a
 * part, but still saves the origin most requests from players that poll.
 */
const RUNNING_MS = 200;

/**
 * Stores responses in memory for as long as their headers allow (RFC 9111), and running playlists
 * for less. Beyond the maximum size, the least recently used responses are evicted.
 */
export class MediaCache {
  /** In order of last use. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly clock: Clock,
  ) {}

  /** The size of all stored bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): BufferedResponse | null {
    const entry = this.#entries.get(key);
    if (!entry) return null;
    this.#entries.delete(key);
    if (entry.untilMs <= this.clock.nowMs()) {
      this.#bytes -= entry.media.source.byteLength;
      return null;
    }
    this.#entries.set(key, entry);
    return entry.media;
  }

  /** Stores a response if its headers allow that. */
  put(key: string, media: BufferedResponse): void {
    const forMs = lifetimeMs(media.cacheControl);
    if (forMs === 0) return;
    this.#drop(key);
    this.#entries.set(key, { media, untilMs: this.clock.nowMs() + forMs });
    this.#bytes += media.source.byteLength;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.maxBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.media.source.byteLength ?? 0;
    this.#entries.delete(key);
  }
}

function lifetimeMs(cacheControl: string): number {
  const maxAgeS = Number(MAX_AGE.exec(cacheControl)?.[1] ?? 0);
  if (maxAgeS > 0) return maxAgeS * 1_000;
  return SHARED.test(cacheControl) ? RUNNING_MS : 0;
}

import type { Clock } from '../../common/clock.js';
import type { Answer } from '../../common/http/media-answer.js';

/** A response in memory. */
export type BytesAnswer = Answer & Readonly<{ source: Uint8Array }>;

type Entry = Readonly<{ answer: BytesAnswer; untilMs: number }>;

const MAX_AGE = /\bmax-age=(\d{1,9})\b/;
const SHARED = /\bs-maxage=[1-9]/;
/**
 * How long a running playlist is stored. It allows shared caches to store it for a second; a
 * fraction of that spares the origin most requests from players that poll, and is shorter than a
 * part.
 */
const RUNNING_MS = 200;

/**
 * Stores responses in memory for as long as they allow (RFC 9111), and running playlists for less.
 * Beyond the maximum size, the least recently used responses are evicted.
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

  get(key: string): BytesAnswer | null {
    const entry = this.#entries.get(key);
    if (!entry) return null;
    this.#entries.delete(key);
    if (entry.untilMs <= this.clock.nowMs()) {
      this.#bytes -= entry.answer.source.byteLength;
      return null;
    }
    this.#entries.set(key, entry);
    return entry.answer;
  }

  /** Stores a response if its headers allow that. */
  put(key: string, answer: BytesAnswer): void {
    const forMs = lifetimeMs(answer.cacheControl);
    if (forMs === 0) return;
    this.#drop(key);
    this.#entries.set(key, { answer, untilMs: this.clock.nowMs() + forMs });
    this.#bytes += answer.source.byteLength;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.maxBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.answer.source.byteLength ?? 0;
    this.#entries.delete(key);
  }
}

function lifetimeMs(cacheControl: string): number {
  const maxAgeS = Number(MAX_AGE.exec(cacheControl)?.[1] ?? 0);
  if (maxAgeS > 0) return maxAgeS * 1_000;
  return SHARED.test(cacheControl) ? RUNNING_MS : 0;
}

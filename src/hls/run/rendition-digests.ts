import { createHash } from 'node:crypto';
import type { Rendition } from './rendition.js';
import type { Segment } from './segment.js';

/** The number of newest segments listed. Viewers who share segments are a few segments behind. */
const LISTED_MAX = 30;

/** The digests as JSON, ready to be sent. */
export type DigestsBody = Readonly<{ bytes: Buffer; etag: string }>;

/**
 * The SHA-256 digests of a rendition's newest segments, with which viewers check segments received
 * from other viewers. A segment is hashed once, when the digests are first requested while it is in
 * memory, so broadcasts whose viewers don't share segments cost nothing. Segments without media,
 * and those that had left memory before the first request, are omitted.
 */
export class RenditionDigests {
  readonly #rendition: Rendition;
  readonly #digests = new WeakMap<Segment, string>();
  #body: DigestsBody | null = null;
  #lastMsn = -1;

  constructor(rendition: Rendition) {
    this.#rendition = rendition;
  }

  /** Returns the current digests in base64url, by segment number: `{"segments":{"17":"…"}}`. */
  body(): DigestsBody {
    const { segments } = this.#rendition;
    const newest = segments.slice(-LISTED_MAX);
    const lastMsn = newest.at(-1)?.msn ?? -1;
    if (this.#body === null || lastMsn !== this.#lastMsn) {
      const entries = newest.flatMap((segment) => {
        const digest = this.#digestOf(segment);
        return digest === null ? [] : [[segment.msn, digest] as const];
      });
      const bytes = Buffer.from(JSON.stringify({ segments: Object.fromEntries(entries) }));
      this.#body = { bytes, etag: `"${lastMsn}-${entries.length}"` };
      this.#lastMsn = lastMsn;
    }
    return this.#body;
  }

  #digestOf(segment: Segment): string | null {
    const known = this.#digests.get(segment);
    if (known !== undefined) return known;
    const bytes = segment.hasMedia ? segment.bytes() : null;
    if (bytes === null) return null;
    const digest = createHash('sha256').update(bytes).digest('base64url');
    this.#digests.set(segment, digest);
    return digest;
  }
}

import { readSegmentName } from './segment-name.js';

/**
 * The maximum number of digests, enough for several minutes of all renditions. The oldest are
 * dropped.
 */
const KNOWN_MAX = 500;

/** The SHA-256 digests that the server publishes for a run's newest segments, by URL. */
export class SegmentDigests {
  readonly #known = new Map<string, string>();

  /**
   * Requests the digests of a rendition. Failures are ignored, because a later request may succeed.
   */
  async refresh(digestsUrl: string): Promise<void> {
    const path = digestsUrl.replace(/\.digests\.json$/, '');
    try {
      const response = await fetch(digestsUrl, { signal: AbortSignal.timeout(5_000) });
      if (!response.ok) return;
      // The server is our own, so its reply is trusted.
      const { segments }: { segments: Record<string, string> } = await response.json();
      for (const [msn, digest] of Object.entries(segments))
        this.#known.set(`${path}/${msn}.m4s`, digest);
    } catch {
      return;
    }
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KNOWN_MAX) break;
      this.#known.delete(oldest);
    }
  }

  has(url: string): boolean {
    return this.#known.has(url);
  }

  /** Resolves to whether the data matches the server's segment; false without a digest. */
  async matches(url: string, data: ArrayBuffer): Promise<boolean> {
    const expected = this.#known.get(url);
    if (expected === undefined || readSegmentName(url) === null) return false;
    const digest = await crypto.subtle.digest('SHA-256', data);
    return base64url(new Uint8Array(digest)) === expected;
  }
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCodePoint(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

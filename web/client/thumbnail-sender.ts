import { stillPicture } from './capture/still-picture.js';
import type { Link } from './link.js';

/** The interval at which the server accepts thumbnails, in milliseconds. */
const INTERVAL_MS = 10_000;
/**
 * The delay before the first thumbnail, in milliseconds, because a camera's first frames are dark.
 */
const FIRST_MS = 1_500;

/**
 * Sends a thumbnail of the published video to the server every ten seconds, for lists and previews.
 */
export class ThumbnailSender {
  readonly #link: Pick<Link, 'request'>;
  readonly #track: () => MediaStreamTrack | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param track the currently published track; null if nothing is visible */
  constructor(link: Pick<Link, 'request'>, track: () => MediaStreamTrack | null) {
    this.#link = link;
    this.#track = track;
    this.#sendIn(FIRST_MS);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #sendIn(ms: number): void {
    this.#timer = setTimeout(() => {
      void this.#send()
        .catch(() => {
          // The connection or the track was lost. The next thumbnail is sent as usual.
        })
        .finally(() => {
          if (!this.#closed) this.#sendIn(INTERVAL_MS);
        });
    }, ms);
  }

  async #send(): Promise<void> {
    const track = this.#track();
    if (track === null || !track.enabled || track.readyState !== 'live') return;
    const jpeg = await stillPicture(track);
    if (jpeg === null || this.#closed) return;
    await this.#link.request('publisher:thumbnail', { jpeg });
  }
}

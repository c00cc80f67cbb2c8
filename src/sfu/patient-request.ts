/**
 * The maximum time that a request waits. The packager requests a key frame shortly before a segment
 * reaches its target duration, so even after this wait, the segment can end in time.
 */
const WAIT_MS = 300;

type Options = Readonly<{
  request: () => void;
  /** Whether a viewer is joining. A joining viewer requests a key frame as soon as it is ready. */
  isJoining: () => boolean;
}>;

/**
 * Requests key frames for the packager. While a viewer is joining, it waits for the key frame that
 * the viewer requests, and requests none itself. Otherwise, a viewer would often be ready just
 * after the packager's key frame, and would have to wait until the next one can be requested.
 */
export class PatientRequest {
  readonly #options: Options;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Requests a key frame, or waits for the one that a viewer requests. */
  ask(): void {
    if (this.#timer) return;
    if (!this.#options.isJoining()) return this.#options.request();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#options.request();
    }, WAIT_MS);
  }

  /** Reports that a key frame has arrived, so that a waiting request is dropped. */
  arrived(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

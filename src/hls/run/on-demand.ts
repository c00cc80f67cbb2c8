type Options = Readonly<{
  /** The idle time after which the rendition stops, in milliseconds. */
  idleMs: number;
  onWanted: () => void;
  onUnwanted: () => void;
}>;

/** Tracks whether an on-demand rendition is being requested. */
export class OnDemand {
  readonly #options: Options;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * @param begins whether this request starts an idle rendition; otherwise it only keeps an active
   *   one from stopping
   */
  requested(begins: boolean): void {
    if (this.#timer) {
      this.#timer.refresh();
      return;
    }
    if (!begins) return;
    this.#timer = setTimeout(() => this.#rest(), this.#options.idleMs).unref();
    this.#options.onWanted();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #rest(): void {
    this.#timer = null;
    this.#options.onUnwanted();
  }
}

type Options = Readonly<{
  /** It rests so long after it was last asked for, milliseconds. */
  idleMs: number;
  onWanted: () => void;
  onUnwanted: () => void;
}>;

/** Whether somebody asks for a rendition that is made on demand. */
export class OnDemand {
  readonly #options: Options;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @param begins it is made for this, if it wasn't before; else this only keeps it going */
  asked(begins: boolean): void {
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

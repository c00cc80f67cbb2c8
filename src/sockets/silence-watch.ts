/** How often connections are checked. */
const LOOK_MS = 250;

/** A watched connection, which reports incoming packets. */
type Connection = { readonly conn: { on(event: 'packet', listener: () => void): unknown } };

type Options<C> = Readonly<{
  /** The silence threshold: longer than the ping interval. */
  silentAfterMs: number;
  /** Called when a connection falls silent, or is heard again. */
  onChange: (connection: C, isSilent: boolean) => void;
  /** A monotonic clock. */
  nowMs: () => number;
}>;

type Heard = { atMs: number; isSilent: boolean };

/**
 * Detects silent connections long before they are closed: an unplugged cable shows as an unanswered
 * ping, while a client that lost its signal for a moment keeps its connection. Checks each
 * connection four times a second; sending costs nothing extra.
 */
export class SilenceWatch<C extends Connection> {
  readonly #options: Options<C>;
  /** One entry per connection. */
  readonly #heard = new Map<C, Heard>();
  readonly #timer = setInterval(() => this.#look(), LOOK_MS);
  #lookedMs: number;

  constructor(options: Options<C>) {
    this.#options = options;
    this.#lookedMs = options.nowMs();
    this.#timer.unref();
  }

  /** Watches a connection until {@link remove}. */
  add(connection: C): void {
    const { nowMs } = this.#options;
    const heard: Heard = { atMs: nowMs(), isSilent: false };
    this.#heard.set(connection, heard);
    connection.conn.on('packet', () => {
      heard.atMs = nowMs();
      if (heard.isSilent) this.#set(connection, heard, false);
    });
  }

  remove(connection: C): void {
    this.#heard.delete(connection);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#heard.clear();
  }

  #look(): void {
    const { silentAfterMs } = this.#options;
    const nowMs = this.#options.nowMs();
    const sinceMs = nowMs - this.#lookedMs;
    this.#lookedMs = nowMs;
    // This process was delayed: what arrived meanwhile has yet to be read.
    if (sinceMs > 2 * LOOK_MS) return;
    for (const [connection, heard] of this.#heard)
      if (!heard.isSilent && nowMs - heard.atMs > silentAfterMs) this.#set(connection, heard, true);
  }

  #set(connection: C, heard: Heard, isSilent: boolean): void {
    heard.isSilent = isSilent;
    if (this.#heard.has(connection)) this.#options.onChange(connection, isSilent);
  }
}

/** How often it is looked who is silent. */
const LOOK_MS = 250;

/** What is watched: a connection that says when anything came over it. */
type Connection = { readonly conn: { on(event: 'packet', listener: () => void): unknown } };

type Options<C> = Readonly<{
  /** Nothing came for so long: longer than pings are apart. */
  silentAfterMs: number;
  /** A connection fell silent, or is heard again. */
  onChange: (connection: C, isSilent: boolean) => void;
  /** A clock that only goes forward. */
  nowMs: () => number;
}>;

type Heard = { atMs: number; isSilent: boolean };

/**
 * Tells connections that broke without a word from others, long before they are given up: a pulled
 * cable is seen when a ping stays unanswered, and who only had no signal for a moment is not cut.
 * Costs a look at each connection four times a second, and nothing for what is sent to them.
 */
export class SilenceWatch<C extends Connection> {
  readonly #options: Options<C>;
  /** As many as there are connections. */
  readonly #heard = new Map<C, Heard>();
  readonly #timer = setInterval(() => this.#look(), LOOK_MS);
  #lookedMs: number;

  constructor(options: Options<C>) {
    this.#options = options;
    this.#lookedMs = options.nowMs();
    this.#timer.unref();
  }

  /** From now on, until {@link remove}. */
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
    // This process was held up: what came meanwhile is still to be read.
    if (sinceMs > 2 * LOOK_MS) return;
    for (const [connection, heard] of this.#heard)
      if (!heard.isSilent && nowMs - heard.atMs > silentAfterMs) this.#set(connection, heard, true);
  }

  #set(connection: C, heard: Heard, isSilent: boolean): void {
    heard.isSilent = isSilent;
    if (this.#heard.has(connection)) this.#options.onChange(connection, isSilent);
  }
}

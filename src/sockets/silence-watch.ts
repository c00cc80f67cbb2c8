/** The interval at which connections are checked. */
const CHECK_MS = 250;

/** A watched connection, which reports incoming packets. */
type Connection = { readonly conn: { on(event: 'packet', listener: () => void): unknown } };

type Options<C> = Readonly<{
  /**
   * The time without a packet after which a connection counts as silent; longer than the ping
   * interval.
   */
  silentAfterMs: number;
  /** Called when a connection becomes silent, and when it sends again. */
  onChange: (connection: C, isSilent: boolean) => void;
  /** A monotonic clock. */
  nowMs: () => number;
}>;

type Heard = { atMs: number; isSilent: boolean };

/**
 * Detects silent connections long before they are closed, for example after a cable is unplugged. A
 * client that loses its signal only for a moment keeps its connection. Each connection is checked
 * four times a second, so that messages need no timers.
 */
export class SilenceWatch<C extends Connection> {
  readonly #options: Options<C>;
  /** The time at which each connection last sent something. */
  readonly #heard = new Map<C, Heard>();
  readonly #timer = setInterval(() => this.#check(), CHECK_MS);
  #checkedMs: number;

  constructor(options: Options<C>) {
    this.#options = options;
    this.#checkedMs = options.nowMs();
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

  #check(): void {
    const { silentAfterMs } = this.#options;
    const nowMs = this.#options.nowMs();
    const sinceMs = nowMs - this.#checkedMs;
    this.#checkedMs = nowMs;
    // This process was delayed, so packets may have arrived that haven't been read yet.
    if (sinceMs > 2 * CHECK_MS) return;
    for (const [connection, heard] of this.#heard)
      if (!heard.isSilent && nowMs - heard.atMs > silentAfterMs) this.#set(connection, heard, true);
  }

  #set(connection: C, heard: Heard, isSilent: boolean): void {
    heard.isSilent = isSilent;
    if (this.#heard.has(connection)) this.#options.onChange(connection, isSilent);
  }
}

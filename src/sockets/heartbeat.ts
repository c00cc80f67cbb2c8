/** The interval at which connections are checked and due pings are sent. */
const TICK_MS = 100;
/** If a check is delayed by more than this, answers may have arrived that haven't been read yet. */
const LATE_MS = 500;

/** A connection that reports incoming packets, and passes itself as `this`. */
type Connection<C> = {
  on(event: 'packet', listener: (this: C) => void): unknown;
  off(event: 'packet', listener: (this: C) => void): unknown;
};

type Options<C, Owner> = Readonly<{
  pingEveryMs: number;
  /** The time after an unanswered ping at which a connection counts as silent. */
  silentAfterMs: number;
  /** The time after an unanswered ping at which a connection is closed. */
  closeAfterMs: number;
  ping: (connection: C) => void;
  /** Called when a connection becomes silent, and when it sends again. */
  onChange: (owner: Owner, isSilent: boolean) => void;
  /** Closes a connection, which is then removed. */
  close: (connection: C) => void;
  /** A monotonic clock. */
  nowMs: () => number;
}>;

type Beat<Owner> = {
  /** The owner of the connection, to which changes are reported. */
  owner: Owner;
  dueMs: number;
  /** The time of the unanswered ping; null if there is none. */
  pingedMs: number | null;
  isSilent: boolean;
};

/**
 * Pings connections. Silent ones, for example after a cable is unplugged, are detected long before
 * they are closed, and a client that loses its signal only for a moment keeps its connection. Any
 * packet counts as an answer. One timer serves all connections, because two timers per connection
 * took more time and memory than the pings themselves.
 */
export class Heartbeat<C extends Connection<C>, Owner> {
  readonly #options: Options<C, Owner>;
  readonly #beats = new Map<C, Beat<Owner>>();
  readonly #onPacket: (this: C) => void;
  /** Runs while there are connections. */
  #timer: NodeJS.Timeout | undefined;
  #checkedMs = 0;

  constructor(options: Options<C, Owner>) {
    this.#options = options;
    const heard = (connection: C) => this.#heard(connection);
    this.#onPacket = function onPacket() {
      heard(this);
    };
  }

  /**
   * Pings a connection until {@link remove}. A connection that was already added gets a new owner.
   */
  add(connection: C, owner: Owner): void {
    const { nowMs, pingEveryMs } = this.#options;
    if (this.#beats.size === 0) this.#start();
    if (!this.#beats.has(connection)) connection.on('packet', this.#onPacket);
    const dueMs = Math.round(nowMs()) + pingEveryMs;
    this.#beats.set(connection, { owner, dueMs, pingedMs: null, isSilent: false });
  }

  remove(connection: C): void {
    connection.off('packet', this.#onPacket);
    this.#beats.delete(connection);
    if (this.#beats.size === 0) this.#stop();
  }

  close(): void {
    for (const connection of this.#beats.keys()) this.remove(connection);
  }

  #start(): void {
    this.#checkedMs = this.#options.nowMs();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
  }

  #heard(connection: C): void {
    const beat = this.#beats.get(connection);
    if (!beat) return;
    beat.pingedMs = null;
    if (!beat.isSilent) return;
    beat.isSilent = false;
    this.#options.onChange(beat.owner, false);
  }

  #tick(): void {
    const nowMs = Math.round(this.#options.nowMs());
    const isLate = nowMs - this.#checkedMs > LATE_MS;
    this.#checkedMs = nowMs;
    for (const [connection, beat] of this.#beats) {
      if (beat.pingedMs !== null && !isLate) this.#check(connection, beat, nowMs - beat.pingedMs);
      if (nowMs >= beat.dueMs) this.#ping(connection, beat, nowMs);
    }
  }

  #check(connection: C, beat: Beat<Owner>, unansweredMs: number): void {
    const { silentAfterMs, closeAfterMs, onChange, close } = this.#options;
    if (!beat.isSilent && unansweredMs >= silentAfterMs) {
      beat.isSilent = true;
      onChange(beat.owner, true);
    }
    if (unansweredMs < closeAfterMs) return;
    this.remove(connection);
    close(connection);
  }

  #ping(connection: C, beat: Beat<Owner>, nowMs: number): void {
    const { pingEveryMs, ping } = this.#options;
    // The phase is preserved, so that the pings remain spread over time like the opening of the
    // connections.
    beat.dueMs += Math.ceil((nowMs - beat.dueMs + 1) / pingEveryMs) * pingEveryMs;
    if (beat.pingedMs !== null) return;
    beat.pingedMs = nowMs;
    ping(connection);
  }
}

import pg from 'pg';
import type { Log } from '../common/logger.js';
import { type Listenable, TypedEmitter } from '../common/typed-emitter.js';

/**
 * The interval between checks of an idle connection, and between attempts to reconnect. The first
 * attempt is made at once.
 */
const CHECK_EVERY_MS = 2_000;
const RECONNECT_EVERY_MS = 500;
const TIMEOUT_MS = 5_000;

/**
 * With these settings, the server detects within five seconds that this client is gone, and frees
 * the session's locks.
 */
const KEEPALIVE =
  'SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3';

export type DatabaseSessionEvents = {
  /** The server sent a notification (NOTIFY). */
  notified: [channel: string, payload: string];
  /** The connection was lost: its locks are free, and notifications don't arrive. */
  lost: [];
  /** A new connection is ready, prepared like the first one. */
  restored: [];
};

/**
 * A separate connection to PostgreSQL for features that are bound to a session, which are advisory
 * locks and LISTEN. If the connection is lost, it is opened again. The embedded database supports
 * only one session, so it can't be used with this class.
 */
export class DatabaseSession {
  readonly #emitter = new TypedEmitter<DatabaseSessionEvents>();
  #client: pg.Client | null = null;
  #connectedAtMs: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isChecking = false;
  #closed = false;

  private constructor(
    private readonly url: string,
    private readonly prepare: (client: pg.ClientBase) => Promise<void>,
    private readonly log: Log,
  ) {}

  /**
   * Connects.
   * @param prepare runs on each new connection before it is used, for example to LISTEN
   * @throws the database's error if the first connection fails
   */
  static async open(options: {
    url: string;
    prepare: (client: pg.ClientBase) => Promise<void>;
    log: Log;
  }): Promise<DatabaseSession> {
    const session = new DatabaseSession(options.url, options.prepare, options.log);
    await session.#connect();
    session.#checkLater();
    return session;
  }

  get events(): Listenable<DatabaseSessionEvents> {
    return this.#emitter.listenable;
  }

  /** How long the current connection has been open, in milliseconds; null if there is none. */
  connectedForMs(): number | null {
    return this.#connectedAtMs === null ? null : performance.now() - this.#connectedAtMs;
  }

  /**
   * Runs a statement on this connection.
   * @throws if there is no connection, or if the statement fails
   */
  async query(sql: string, parameters: readonly unknown[]): Promise<void> {
    if (this.#client === null) throw new Error('there is no connection to the database');
    await this.#client.query(sql, [...parameters]);
  }

  /** Closes the connection, which frees its locks. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#emitter.clear();
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', (err) => this.#lose(client, err));
    client.on('end', () => this.#lose(client, new Error('the server closed the connection')));
    client.on('notification', ({ channel, payload = '' }) => {
      if (client === this.#client) this.#emitter.emit('notified', channel, payload);
    });
    try {
      await client.connect();
      await client.query(KEEPALIVE);
      await this.prepare(client);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
    this.#connectedAtMs = performance.now();
  }

  #lose(client: pg.Client, err: unknown): void {
    if (client !== this.#client) return;
    // This limits the attempts even if a server accepts connections and then closes them.
    const isStable = (this.connectedForMs() ?? 0) > RECONNECT_EVERY_MS;
    this.#client = null;
    this.#connectedAtMs = null;
    void client.end().catch(() => undefined);
    if (this.#closed) return;
    this.log.warn({ err }, 'the connection for locks and notifications was lost; reconnecting');
    this.#emitter.emit('lost');
    // If a check is running, it schedules the next one when it ends.
    if (!this.#isChecking) this.#checkLater(isStable ? 0 : RECONNECT_EVERY_MS);
  }

  #checkLater(delayMs = this.#client === null ? RECONNECT_EVERY_MS : CHECK_EVERY_MS): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#check().then(() => this.#checkLater()), delayMs);
  }

  /** Checks an open connection, or opens a new one. Never rejects. */
  async #check(): Promise<void> {
    const client = this.#client;
    this.#isChecking = true;
    try {
      if (client !== null) await client.query('SELECT 1');
      else {
        await this.#connect();
        if (this.#closed) await this.close();
        else this.#emitter.emit('restored');
      }
    } catch (err) {
      if (client !== null) this.#lose(client, err);
    } finally {
      this.#isChecking = false;
    }
  }
}

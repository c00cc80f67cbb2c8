import { Redis } from 'ioredis';
import type { Log } from '../common/logger.js';
import { StartError } from '../common/start-error.js';
import type { Secrets } from '../secrets/secrets.js';
import type { Bus } from './bus.js';
import { BusListeners, GAP_TOPIC, writeFrame } from './bus-frames.js';
import type { NodeId } from './cluster.js';
import { GapNotice } from './gap-notice.js';

const RECONNECT_EVERY_MS = 500;
/**
 * The interval at which the subscription is checked. A dead connection reports nothing by itself.
 */
const CHECK_EVERY_MS = 2_000;
const TIMEOUT_MS = 5_000;

type Options = Readonly<{ url: string; self: NodeId; secrets: Secrets; log: Log }>;

/**
 * The bus over Redis or Valkey pub/sub, for clusters whose chat outgrows PostgreSQL's NOTIFY. While
 * Redis is unavailable, messages are lost, as {@link Bus} allows.
 */
export class RedisBus implements Bus {
  readonly database = null;
  readonly #listeners = new BusListeners();
  readonly #gapNotice = new GapNotice(() => this.publish(GAP_TOPIC, null));
  /** A subscribed connection can't publish, so there are two. */
  readonly #subscriber: Redis;
  readonly #publisher: Redis;
  /**
   * Pub/sub ignores Redis's database numbers, so the channel's name separates the services that
   * share a server.
   */
  readonly #channel: string;
  readonly #self: NodeId;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #isSubscribed = false;
  #lost = 0;

  private constructor({ url, self, secrets, log }: Options) {
    this.#self = self;
    this.#log = log;
    this.#channel = `onair:${secrets.sign('bus-channel', '').slice(0, 22)}`;
    const options = {
      lazyConnect: true,
      // A message that waits for a connection would be stale by the time it arrives.
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: TIMEOUT_MS,
      commandTimeout: TIMEOUT_MS,
      keepAlive: CHECK_EVERY_MS,
      retryStrategy: () => RECONNECT_EVERY_MS,
    };
    this.#subscriber = new Redis(url, options);
    this.#publisher = new Redis(url, options);
  }

  /**
   * Connects and subscribes.
   * @throws {StartError} if Redis can't be reached or refuses the credentials
   */
  static async open(options: Options): Promise<RedisBus> {
    const bus = new RedisBus(options);
    try {
      await bus.#start();
      return bus;
    } catch (cause) {
      bus.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StartError(
        `Redis can't be used: ${reason}. Check REDIS_URL, or leave it empty to wake the nodes through PostgreSQL.`,
        { cause },
      );
    }
  }

  publish(topic: string, message: unknown): void {
    const frame = writeFrame(this.#self, topic, message);
    this.#publisher.publish(this.#channel, frame).then(
      () => this.#found(),
      (err: unknown) => this.#lose(err),
    );
  }

  on(topic: string, listener: (message: unknown) => void): () => void {
    return this.#listeners.on(topic, listener);
  }

  onGap(listener: () => void): () => void {
    return this.#listeners.onGap(listener);
  }

  /** Closes both connections. Idempotent. */
  close(): void {
    this.#gapNotice.close();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const redis of [this.#subscriber, this.#publisher]) {
      redis.removeAllListeners();
      redis.on('error', () => undefined);
      redis.disconnect();
    }
  }

  async #start(): Promise<void> {
    const { promise: failed, reject } = Promise.withResolvers<never>();
    this.#subscriber.on('error', reject);
    this.#publisher.on('error', reject);
    const connected = Promise.all([this.#subscriber.connect(), this.#publisher.connect()]);
    connected.catch(() => undefined);
    await Promise.race([connected, failed]);
    await this.#subscriber.subscribe(this.#channel);
    this.#isSubscribed = true;
    for (const redis of [this.#subscriber, this.#publisher]) {
      redis.removeAllListeners('error');
      // Each attempt to reconnect reports its error; `close` reports that the connection is lost.
      redis.on('error', () => undefined);
    }
    this.#subscriber.on('message', (_channel, frame) => this.#listeners.receive(frame, this.#self));
    this.#subscriber.on('close', () => this.#lostSubscription());
    this.#subscriber.on('ready', () => void this.#subscribe());
    this.#checkLater();
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#channel);
    } catch {
      // The connection was lost again, or Redis isn't responding. The next connection subscribes.
      this.#subscriber.disconnect(true);
      return;
    }
    this.#isSubscribed = true;
    this.#log.info('subscribed to Redis again');
    this.#listeners.gap();
  }

  #lostSubscription(): void {
    if (!this.#isSubscribed) return;
    this.#isSubscribed = false;
    this.#log.warn(
      'the connection to Redis was lost; reconnecting, while notifications to other nodes are delayed',
    );
  }

  #checkLater(): void {
    this.#timer = setTimeout(
      () => void this.#check().then(() => this.#timer && this.#checkLater()),
      CHECK_EVERY_MS,
    );
  }

  /** Replaces a connection that no longer answers. Never rejects. */
  async #check(): Promise<void> {
    if (!this.#isSubscribed) return;
    await this.#subscriber.ping().catch(() => this.#subscriber.disconnect(true));
  }

  #lose(err: unknown): void {
    if (this.#lost === 0) this.#log.warn({ err }, 'messages to other nodes are being lost');
    this.#lost += 1;
    this.#gapNotice.lost();
  }

  #found(): void {
    if (this.#lost === 0) return;
    this.#log.info({ lost: this.#lost }, 'messages reach other nodes again');
    this.#lost = 0;
  }
}

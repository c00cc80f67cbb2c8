import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceiverTerms, RemoteMedia, RemotePlace } from '../broadcast/ports/media.js';
import type { NodeCalls } from '../cluster/node-calls.js';
import type { Clock } from '../common/clock.js';
import type { Log } from '../common/logger.js';
import { type EventsOf, TypedEmitter } from '../common/typed-emitter.js';
import type { RtpCapabilities } from '../protocol/rtc.js';
import { BroadcastOutput } from './broadcast-output.js';
import type { NodeRtc } from './node-pipe.js';
import { RemoteFeed } from './remote-feed.js';
import { sumOfBitrates } from './sum-of-bitrates.js';
import type { ViewerConnection } from './viewer-connection.js';
import type { WorkerPool } from './worker-pool.js';

/** How long the pipe stays open without viewers, who often come back. */
const UNUSED_MS = 10_000;
/** The time between two attempts to find the broadcast; it doubles up to the second value. */
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 1_000;

type Options = Readonly<{
  pool: WorkerPool;
  clock: Clock;
  log: Log;
  calls: NodeCalls;
  rtc: NodeRtc;
  /** Returns the node that runs the broadcast now; null if none is known. */
  locate: () => RemotePlace | null;
}>;

/**
 * The media of one broadcast that is published on another node. Follows the broadcast from node to
 * node. Viewers' transports stay open meanwhile, as they do while a publisher reconnects.
 */
export class RemoteBroadcast implements RemoteMedia {
  readonly #emitter = new TypedEmitter<EventsOf<RemoteMedia>>();
  readonly events = this.#emitter.listenable;
  readonly output: BroadcastOutput;
  readonly #options: Options;
  /** Resolves when the first attempt has succeeded or failed. */
  readonly #tried: Promise<void>;
  #feed: { source: RemotePlace; feed: RemoteFeed } | null = null;
  #users = 0;
  #unused: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();

  private constructor(options: Options, output: BroadcastOutput) {
    this.#options = options;
    this.output = output;
    output.events.on('viewerReady', () => void this.#feed?.feed.start());
    output.events.on('viewerLeft', () => this.#closeIfUnused());
    output.events.on('closed', () => {
      clearTimeout(this.#unused);
      this.#closing.abort();
      this.#emitter.emit('closed');
      this.#emitter.clear();
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tried = promise;
    void this.#follow(resolve);
    this.#closeIfUnused();
  }

  static async create(options: Options): Promise<RemoteBroadcast> {
    return new RemoteBroadcast(options, await BroadcastOutput.create(options));
  }

  get closed(): boolean {
    return this.output.closed;
  }

  /** Returns the bit rate to viewers, in bits per second; other nodes aren't publishers. */
  async bitrates(): Promise<{ incomingBps: number; outgoingBps: number }> {
    return { incomingBps: 0, outgoingBps: await sumOfBitrates(this.output.viewers) };
  }

  watch(capabilities: RtpCapabilities): Promise<ViewerConnection> {
    return this.#use(() => this.output.watch(capabilities));
  }

  receive(terms: ReceiverTerms | null): Promise<ViewerConnection> {
    return this.#use(async () => {
      await this.#feed?.feed.start();
      return this.output.receive(terms);
    });
  }

  moved(): void {
    const source = this.#options.locate();
    if (this.#feed && source && !isSame(source, this.#feed.source)) this.#feed.feed.close();
  }

  close(): void {
    this.output.close();
  }

  /** Keeps the pipe open while a viewer connects, and waits for the first attempt to get the tracks. */
  async #use(connect: () => Promise<ViewerConnection>): Promise<ViewerConnection> {
    this.#users += 1;
    try {
      await this.#tried;
      return await connect();
    } finally {
      this.#users -= 1;
      this.#closeIfUnused();
    }
  }

  #closeIfUnused(): void {
    clearTimeout(this.#unused);
    this.#unused = setTimeout(() => {
      if (this.#users === 0 && this.output.viewers.size === 0) this.close();
    }, UNUSED_MS);
  }

  async #follow(tried: () => void): Promise<void> {
    let retryMs = RETRY_FIRST_MS;
    while (!this.closed) {
      const feed = await this.#open();
      tried();
      if (feed) {
        retryMs = RETRY_FIRST_MS;
        await feed.closed;
        this.#feed = null;
      }
      await sleep(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
    }
  }

  /** Resolves with null if the broadcast could not be had from the node that should run it. */
  async #open(): Promise<RemoteFeed | null> {
    const { locate, log } = this.#options;
    const source = locate();
    if (!source) return null;
    try {
      const feed = await RemoteFeed.open(source, this.output, this.#options);
      this.#feed = { source, feed };
      // The broadcast may have moved meanwhile.
      this.moved();
      return feed;
    } catch (err) {
      if (!this.closed)
        log.warn({ err, from: source.nodeId }, 'a broadcast of another node could not be watched');
      return null;
    }
  }
}

function isSame(one: RemotePlace, other: RemotePlace): boolean {
  return one.nodeId === other.nodeId && one.epoch === other.epoch;
}

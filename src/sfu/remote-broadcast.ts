import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceiverTerms, RemoteMedia, RemotePlace } from '../broadcast/ports/media.js';
import { CallError, type NodeCalls } from '../cluster/node-calls.js';
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

/** How long the pipe stays open without viewers, who often return. */
const UNUSED_MS = 10_000;
/**
 * The delay before the next attempt to find the broadcast, which doubles up to the second value.
 */
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 1_000;
/** How long the tracks of one node continue alongside those of the next one. */
const LINGER_MS = 2_000;

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
 * node. Viewers' transports stay open during a move, as they do while a publisher reconnects.
 */
export class RemoteBroadcast implements RemoteMedia {
  readonly #emitter = new TypedEmitter<EventsOf<RemoteMedia>>();
  readonly events = this.#emitter.listenable;
  readonly output: BroadcastOutput;
  readonly #options: Options;
  /** Resolves when the first attempt has succeeded or failed. */
  readonly #tried: Promise<void>;
  #feed: Feed | null = null;
  /** Ends the wait for a change. */
  #wake: () => void = () => undefined;
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

  /**
   * Returns bit rates in bits per second. The incoming one is 0, because only publishers count as
   * incoming.
   */
  async bitrates(): Promise<{ incomingBps: number; outgoingBps: number }> {
    return { incomingBps: 0, outgoingBps: await sumOfBitrates(this.output.viewers) };
  }

  watch(capabilities: RtpCapabilities): Promise<ViewerConnection> {
    return this.#use(() => this.output.watch(capabilities));
  }

  receive(terms: ReceiverTerms | null): Promise<ViewerConnection> {
    return this.#use(() => this.output.receive(terms));
  }

  moved(): void {
    if (this.#isElsewhere) this.#wake();
  }

  close(): void {
    this.output.close();
  }

  /**
   * Keeps the pipe open while a viewer connects. Waits until the first attempt to get the tracks
   * has succeeded or failed.
   */
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
      const next = await this.#open();
      tried();
      if (next) {
        retryMs = RETRY_FIRST_MS;
        this.#switchTo(next);
        await this.#changed(next);
        // If the next node is already known, this node's tracks are replaced before they end.
        if (this.#isElsewhere) continue;
      }
      await sleep(retryMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
    }
  }

  /** Whether the broadcast is known to run on a different node from the one that sends the tracks. */
  get #isElsewhere(): boolean {
    const source = this.#options.locate();
    return this.#feed !== null && source !== null && !isSame(source, this.#feed.source);
  }

  /** Offers the tracks of another feed. Those of the previous one continue for a moment. */
  #switchTo(next: Feed): void {
    const before = this.#feed?.feed;
    this.#feed = next;
    void next.feed.closed.then(() => {
      if (this.#feed === next) this.#feed = null;
    });
    if (!before) return;
    before.withdraw();
    const timer = setTimeout(() => before.close(), LINGER_MS);
    void before.closed.then(() => clearTimeout(timer));
  }

  /** Resolves when the feed has closed, or the broadcast has moved. */
  async #changed({ feed }: Feed): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    // The broadcast may have moved in the meantime.
    this.moved();
    await Promise.race([promise, feed.closed]);
  }

  /** Resolves with null if the node that should run the broadcast doesn't provide it. */
  async #open(): Promise<Feed | null> {
    const { locate, log } = this.#options;
    const source = locate();
    if (!source || (this.#feed && isSame(source, this.#feed.source))) return null;
    try {
      return { source, feed: await RemoteFeed.open(source, this.output, this.#options) };
    } catch (err) {
      if (this.closed) return null;
      // The publisher hasn't returned yet, or the broadcast has just moved.
      const isGone = err instanceof CallError && err.failure === 'gone';
      const about = { err, from: source.nodeId };
      log[isGone ? 'debug' : 'warn'](about, 'a broadcast on another node could not be watched');
      return null;
    }
  }
}

type Feed = Readonly<{ source: RemotePlace; feed: RemoteFeed }>;

function isSame(one: RemotePlace, other: RemotePlace): boolean {
  return one.nodeId === other.nodeId && one.epoch === other.epoch;
}

import type { types } from 'mediasoup';
import type { ReceiverTerms } from '../broadcast/ports/media.js';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { RtpCapabilities } from '../protocol/rtc.js';
import { agreedCapabilities } from './agreed-capabilities.js';
import { usefulCapabilities } from './bandwidth-estimation.js';
import { BroadcastRouters, type RouterLease } from './broadcast-routers.js';
import { LastingTracks } from './lasting/lasting-tracks.js';
import { whileItLives } from './media-refused.js';
import { isSameCodec, numberCodecs } from './numbering.js';
import { RouterTap } from './router-tap.js';
import { ViewerConnection, type ViewerOptions } from './viewer-connection.js';
import type { WorkerPool } from './worker-pool.js';
import { WorkerRouter } from './worker-router.js';

/**
 * The load of the streams that arrive at the origin, in units of one viewer's load; see {@link
 * SfuWorker.load}.
 */
const INPUT_LOAD = 3;

/** The mids of the sections in the server's offers. */
const OFFERED_MIDS = { audio: '0', video: '1' };

type Options = Readonly<{ pool: WorkerPool; clock: Clock; log: Log }>;

/**
 * Sends a broadcast's media to the viewers on this node. Holds the tracks in the origin router, and
 * a router on each other worker that has viewers.
 */
export class BroadcastOutput {
  readonly #emitter = new TypedEmitter<{
    trackAdded: [producer: types.Producer];
    trackReplaced: [before: types.Producer, after: types.Producer];
    viewerReady: [];
    viewerLeft: [];
    closed: [];
  }>();
  /**
   * `trackReplaced`: viewers who join from now on get another producer of the same track, and some
   * current viewers keep the original one. `viewerReady`: a viewer can receive media from now on;
   * may be emitted repeatedly. `viewerLeft`: a viewer's connection has closed. `closed`: all
   * viewers' connections have closed.
   */
  readonly events = this.#emitter.listenable;
  readonly #options: Options;
  readonly #routers: BroadcastRouters;
  readonly #producers = new Map<string, types.Producer>();
  readonly #viewers = new Set<ViewerConnection>();
  /** Exists while players with fixed session descriptions are watching. */
  #lasting: Promise<LastingTracks> | null = null;
  #lastingUsers = 0;
  #closed = false;
  /** Whether the publisher sends video that no viewer can receive over WebRTC. */
  lacksVideo = false;

  private constructor(options: Options, origin: WorkerRouter) {
    this.#options = options;
    this.#routers = new BroadcastRouters(origin, options.pool);
    origin.worker.load += INPUT_LOAD;
    origin.router.observer.once('close', () => this.close());
  }

  static async create(options: Options): Promise<BroadcastOutput> {
    const origin = await WorkerRouter.create(options.pool.cheapest(), null);
    return new BroadcastOutput(options, origin);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The router at which the tracks arrive. */
  get origin(): WorkerRouter {
    return this.#routers.origin;
  }

  /** The number of routers in use, including the origin. */
  get routers(): number {
    return this.#routers.size;
  }

  get producers(): types.Producer[] {
    return [...this.#producers.values()];
  }

  get viewers(): ReadonlySet<ViewerConnection> {
    return this.#viewers;
  }

  /** Whether viewers with fixed session descriptions are watching. */
  get hasFixedViewers(): boolean {
    return this.#lastingUsers > 0;
  }

  /** Whether a viewer is about to receive video, and will then request a key frame. */
  get isJoining(): boolean {
    return [...this.#viewers].some((viewer) => viewer.isJoining);
  }

  /** Returns the current track with that producer id. */
  producer(id: string): types.Producer | undefined {
    return this.#producers.get(id);
  }

  async watch(capabilities: RtpCapabilities): Promise<ViewerConnection> {
    this.assertOpen();
    const lease = await this.#routers.lease(null);
    // The schema of the request has validated the shape; mediasoup validates the names and numbers.
    return this.#connect(lease, {
      capabilities: usefulCapabilities(capabilities as types.RtpCapabilities),
      producers: () => this.producers,
      mids: null,
    });
  }

  async receive(terms: ReceiverTerms | null): Promise<ViewerConnection> {
    this.assertOpen();
    const numbering = terms && numberCodecs(this.#codecs(), terms.codecs);
    const { site, release } = await this.#routers.lease(numbering);
    const { rtpCapabilities } = site.router;
    this.#lastingUsers += 1;
    const releaseAll = () => {
      release();
      this.#lastingUsers -= 1;
      if (this.#lastingUsers === 0) this.#closeLasting();
    };
    const lasting = await this.#openLasting().catch((error: unknown) => {
      releaseAll();
      throw error;
    });
    return this.#connect(
      { site, release: releaseAll },
      {
        capabilities: terms
          ? agreedCapabilities(rtpCapabilities, terms)
          : usefulCapabilities(rtpCapabilities),
        producers: () => lasting.producers,
        mids: terms?.mids ?? OFFERED_MIDS,
        isOffered: terms === null,
      },
      () => lasting.start(),
    );
  }

  /**
   * Offers a track of the origin router to all viewers, until it closes. Resolves once viewers with
   * fixed session descriptions will receive everything that arrives from then on. Never rejects.
   */
  async add(producer: types.Producer): Promise<void> {
    this.#keep(producer);
    this.#emitter.emit('trackAdded', producer);
    const followed = this.#addToLasting(producer);
    this.#offer(producer, false);
    await followed;
  }

  /**
   * Gives viewers who join from now on another producer of a track. Some viewers who already
   * display the track keep the original one; see {@link ViewerConnection.replace}.
   */
  async replace(before: types.Producer, after: types.Producer): Promise<void> {
    this.#producers.delete(before.id);
    this.#keep(after);
    this.#emitter.emit('trackReplaced', before, after);
    // Viewers with fixed session descriptions receive the new producer through their lasting track.
    const moving = [...this.#viewers]
      .filter((viewer) => !viewer.isFixed)
      .map((viewer) => viewer.replace(before, after));
    await Promise.allSettled([this.#addToLasting(after), ...moving]);
  }

  /** Stops offering a track to new viewers. Current viewers keep it until it closes. */
  withdraw(producer: types.Producer): void {
    this.#producers.delete(producer.id);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#routers.origin.worker.load -= INPUT_LOAD;
    for (const viewer of this.#viewers) viewer.close();
    this.#routers.close();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }

  /** @throws {DomainError} `unavailable` if it is closed */
  assertOpen(): void {
    if (this.#closed)
      throw new DomainError('unavailable', 'The broadcast’s media has stopped. Try again.', {
        retryAfterMs: 1_000,
      });
  }

  /** Returns the routed codecs except retransmissions, with those currently sent first. */
  #codecs(): types.RtpCodecCapability[] {
    const all = this.#routers.origin.router.rtpCapabilities.codecs ?? [];
    const isSent = (codec: types.RtpCodecCapability) =>
      this.producers.some(({ rtpParameters: { codecs } }) =>
        codecs.slice(0, 1).some((one) => isSameCodec(one, codec)),
      );
    return all
      .filter(({ mimeType }) => !mimeType.endsWith('/rtx'))
      .toSorted((a, b) => Number(isSent(b)) - Number(isSent(a)));
  }

  async #connect(
    { site, release }: RouterLease,
    options: Omit<ViewerOptions, 'site' | 'transport' | 'lacksVideo' | 'onReady'>,
    startTracks: () => void = () => undefined,
  ): Promise<ViewerConnection> {
    let viewer: ViewerConnection;
    try {
      this.assertOpen();
      const transport = await site.worker.createTransport(site.router);
      const onReady = () => {
        site.start();
        startTracks();
        this.#emitter.emit('viewerReady');
      };
      const lacksVideo = () => this.lacksVideo;
      viewer = new ViewerConnection({ ...options, site, transport, lacksVideo, onReady });
      this.assertOpen();
    } catch (error) {
      release();
      throw error;
    }
    this.#viewers.add(viewer);
    viewer.events.on('closed', () => {
      release();
      this.#viewers.delete(viewer);
      this.#emitter.emit('viewerLeft');
    });
    try {
      await viewer.consumeAll();
    } catch (error) {
      viewer.close();
      throw error;
    }
    return viewer;
  }

  #keep(producer: types.Producer): void {
    this.#producers.set(producer.id, producer);
    producer.observer.once('close', () => this.#producers.delete(producer.id));
  }

  /** Resolves once the lasting tracks, if any, follow the producer. Never rejects. */
  async #addToLasting(producer: types.Producer): Promise<void> {
    await this.#lasting?.then(
      (lasting) => lasting.add(producer),
      () => undefined,
    );
  }

  /**
   * Offers a new track to the viewers that have a fixed session description, or to those that
   * don't.
   */
  #offer(producer: types.Producer, isFixed: boolean): void {
    for (const viewer of this.#viewers) {
      if (viewer.isFixed !== isFixed) continue;
      void viewer.consume(producer).catch((err: unknown) => {
        // If either is closed, no warning is needed, because the viewer has left, the track has
        // ended, or a worker has died. After any other error, the viewer can join again.
        if (viewer.closed || producer.closed) return;
        this.#options.log.warn({ err }, 'a viewer could not receive a new track');
        viewer.close();
      });
    }
  }

  /**
   * Returns the tracks for viewers with fixed session descriptions, which are created when the
   * first such viewer connects.
   */
  #openLasting(): Promise<LastingTracks> {
    this.#lasting ??= this.#makeLasting();
    return this.#lasting;
  }

  async #makeLasting(): Promise<LastingTracks> {
    const { clock, log } = this.#options;
    const { router } = this.#routers.origin;
    return whileItLives(router, async () => {
      // The packager's tap handles missing sets.
      const onLackingSets = () => undefined;
      const options = {
        router,
        openTap: () => RouterTap.create(router, { clock, log, onLackingSets }),
        clock,
        log,
        onProducer: (producer: types.Producer) => this.#offer(producer, true),
      };
      return LastingTracks.create(options, this.producers);
    });
  }

  #closeLasting(): void {
    const lasting = this.#lasting;
    this.#lasting = null;
    void lasting?.then(
      (tracks) => tracks.close(),
      () => undefined,
    );
  }
}

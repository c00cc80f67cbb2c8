import type { types } from 'mediasoup';
import type { BroadcastMedia, ReceiverTerms, TappedTrack } from '../broadcast/ports/media.js';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import type { Log } from '../common/logger.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { BroadcastSource } from '../protocol/broadcast.js';
import type { RtpCapabilities } from '../protocol/rtc.js';
import { agreedCapabilities, withOneEstimation } from './agreed-capabilities.js';
import { BroadcastRouters, type RouterLease } from './broadcast-routers.js';
import { LastingTracks } from './lasting/lasting-tracks.js';
import { whileItLives } from './media-refused.js';
import { isSameCodec, numberCodecs } from './numbering.js';
import { PublisherConnection } from './publisher-connection.js';
import type { ProducerTap } from './producer-tap.js';
import { RouterTap } from './router-tap.js';
import type { LackingSets } from './set-check.js';
import { SetRepeater } from './set-repeater.js';
import { ViewerConnection, type ViewerOptions } from './viewer-connection.js';
import type { WorkerPool } from './worker-pool.js';
import { WorkerRouter } from './worker-router.js';

/** The load of a publisher's streams relative to one viewer's, see {@link SfuWorker.load}. */
const PUBLISHER_LOAD = 3;

/**
 * How long a publisher may be silent. A browser sends a check every 2.5 s, so a network loss is
 * noticed within 10 s, as on the socket; programs send one every 4 to 6 s (RFC 7675 5.1), of which
 * one may be lost.
 */
const CONSENT_S: Readonly<Record<BroadcastSource, number>> = { browser: 10, whip: 15 };

/** The sections of the server's offers. */
const OFFERED_MIDS = { audio: '0', video: '1' };

type Options = { pool: WorkerPool; clock: Clock; log: Log; maxIncomingBitrateBps: number };

/**
 * One broadcast's media: the origin router, and another router on each worker that has viewers of
 * it.
 */
export class RoutedBroadcast implements BroadcastMedia {
  readonly events: BroadcastMedia['events'] = new TypedEmitter();
  readonly #options: Options;
  readonly #routers: BroadcastRouters;
  readonly #producers = new Map<string, types.Producer>();
  readonly #viewers = new Set<ViewerConnection>();
  readonly #publishers = new Set<PublisherConnection>();
  readonly #taps = new Set<RouterTap>();
  /** Exists while players with fixed session descriptions watch. */
  #lasting: Promise<LastingTracks> | null = null;
  #lastingUsers = 0;
  #closed = false;

  private constructor(options: Options, origin: WorkerRouter) {
    this.#options = options;
    this.#routers = new BroadcastRouters(origin, options.pool);
    origin.worker.load += PUBLISHER_LOAD;
    origin.router.observer.once('close', () => this.close());
  }

  static async create(options: Options): Promise<RoutedBroadcast> {
    const origin = await WorkerRouter.create(options.pool.cheapest(), null);
    return new RoutedBroadcast(options, origin);
  }

  get closed(): boolean {
    return this.#closed;
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

  /** Returns the bit rates from the publisher and to viewers, bits per second. */
  async bitrates(): Promise<{ incomingBps: number; outgoingBps: number }> {
    const sum = async (connections: Iterable<{ bitrateBps(): Promise<number> }>) =>
      (await Promise.all([...connections].map((one) => one.bitrateBps()))).reduce(
        (total, bps) => total + bps,
        0,
      );
    const [incomingBps, outgoingBps] = await Promise.all([
      sum(this.#publishers),
      sum(this.#viewers),
    ]);
    return { incomingBps, outgoingBps };
  }

  async publish(source: BroadcastSource): Promise<PublisherConnection> {
    this.#assertOpen();
    const { worker, router } = this.#routers.origin;
    const consentS = CONSENT_S[source];
    const transport = await worker.createTransport(router, { consentS });
    await transport.setMaxIncomingBitrate(this.#options.maxIncomingBitrateBps);
    const publisher = new PublisherConnection({
      transport,
      router,
      announcedAddresses: worker.announcedAddresses,
      clock: this.#options.clock,
      onProducer: (producer) => this.#addProducer(producer),
    });
    this.#publishers.add(publisher);
    publisher.events.on('closed', () => this.#publishers.delete(publisher));
    return publisher;
  }

  async watch(capabilities: RtpCapabilities): Promise<ViewerConnection> {
    this.#assertOpen();
    const lease = await this.#routers.lease(null);
    // The shape was checked at the edge; mediasoup checks the names and numbers in it.
    return this.#connect(lease, {
      capabilities: capabilities as types.RtpCapabilities,
      producers: () => this.producers,
      mids: null,
    });
  }

  async receive(terms: ReceiverTerms | null): Promise<ViewerConnection> {
    this.#assertOpen();
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
          : withOneEstimation(rtpCapabilities),
        producers: () => lasting.producers,
        mids: terms?.mids ?? OFFERED_MIDS,
        isOffered: terms === null,
      },
    );
  }

  async tap(): Promise<RouterTap> {
    this.#assertOpen();
    const { clock, log } = this.#options;
    const tap = await RouterTap.create(this.#routers.origin.router, {
      clock,
      log,
      onLackingSets: (track, lacking) =>
        void this.#repeatSets(track, lacking).catch((err: unknown) => {
          // Closed meanwhile, or its worker died.
          if (!tap.closed && !this.#closed)
            log.warn({ err }, 'viewers who join this track may see no picture');
        }),
    });
    this.#taps.add(tap);
    tap.events.on('closed', () => this.#taps.delete(tap));
    for (const producer of this.producers) void tap.add(producer);
    return tap;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#routers.origin.worker.load -= PUBLISHER_LOAD;
    for (const viewer of this.#viewers) viewer.close();
    this.#routers.close();
    this.events.emit('closed');
    this.events.clear();
  }

  #assertOpen(): void {
    if (this.#closed)
      throw new DomainError('unavailable', "The broadcast's media has stopped. Try again.", {
        retryAfterMs: 1_000,
      });
  }

  /** The routed codecs except retransmissions; those currently sent come first. */
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
    options: Omit<ViewerOptions, 'site' | 'transport'>,
  ): Promise<ViewerConnection> {
    let viewer: ViewerConnection;
    try {
      this.#assertOpen();
      const transport = await site.worker.createTransport(site.router);
      viewer = new ViewerConnection({ ...options, site, transport });
      this.#assertOpen();
    } catch (error) {
      release();
      throw error;
    }
    this.#viewers.add(viewer);
    viewer.events.on('closed', () => {
      release();
      this.#viewers.delete(viewer);
    });
    try {
      await viewer.consumeAll();
    } catch (error) {
      viewer.close();
      throw error;
    }
    return viewer;
  }

  /**
   * Gives viewers who join from now on the track with repeated parameter sets. Viewers who received
   * its beginning keep the original, and so does packaging: they have the sets.
   */
  async #repeatSets(track: ProducerTap, { stores, packet }: LackingSets): Promise<void> {
    const nowMs = () => this.#options.clock.nowMs();
    const repeater = new SetRepeater({ tap: track, stores, nowMs });
    repeater.take(packet);
    const before = this.#producers.get(track.id);
    const producer = await repeater.produce(this.#routers.origin.router);
    if (!before || before.closed) return;
    this.#producers.delete(before.id);
    this.#keep(producer);
    // Those with fixed session descriptions get it by their lasting track.
    const moving = [...this.#viewers]
      .filter((viewer) => !viewer.isFixed)
      .map((viewer) => viewer.replace(before, producer));
    await Promise.allSettled([this.#addToLasting(producer), ...moving]);
    repeater.start();
  }

  #keep(producer: types.Producer): void {
    this.#producers.set(producer.id, producer);
    producer.observer.once('close', () => this.#producers.delete(producer.id));
  }

  #addProducer(producer: types.Producer): void {
    this.#keep(producer);
    for (const tap of this.#taps) void tap.add(producer);
    void this.#addToLasting(producer);
    this.#offer(producer, false);
  }

  /** Resolves when the lasting tracks, if there are any, follow the producer. Never rejects. */
  async #addToLasting(producer: types.Producer): Promise<void> {
    await this.#lasting?.then(
      (lasting) => lasting.add(producer),
      () => undefined,
    );
  }

  /** Offers a new track to the viewers with, or without, a fixed session description. */
  #offer(producer: types.Producer, isFixed: boolean): void {
    for (const viewer of this.#viewers) {
      if (viewer.isFixed !== isFixed) continue;
      void viewer.consume(producer).catch((err: unknown) => {
        // It left meanwhile, or its worker died; else it can join again.
        if (viewer.closed || producer.closed) return;
        this.#options.log.warn({ err }, 'a viewer could not get a new track');
        viewer.close();
      });
    }
  }

  /**
   * Returns the tracks for viewers with fixed session descriptions, created for the first of them.
   */
  #openLasting(): Promise<LastingTracks> {
    this.#lasting ??= this.#makeLasting();
    return this.#lasting;
  }

  async #makeLasting(): Promise<LastingTracks> {
    const { clock, log } = this.#options;
    const { router } = this.#routers.origin;
    return whileItLives(router, async () => {
      // Packaging's tap handles missing sets.
      const onLackingSets = () => undefined;
      const tap = await RouterTap.create(router, { clock, log, onLackingSets });
      const transport = await router.createDirectTransport();
      const options = {
        router,
        tap,
        transport,
        log,
        originalOf: ({ id }: TappedTrack) => this.#producers.get(id),
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

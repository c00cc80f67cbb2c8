import type { types } from 'mediasoup';
import type { ReceiverMedia, ReceiverTerms } from '../broadcast/ports/media.js';
import { DomainError } from '../common/domain-error.js';
import { type EventsOf, TypedEmitter } from '../common/typed-emitter.js';
import type {
  ConsumerOptions,
  DtlsParameters,
  IceParameters,
  MediaKind,
  RtpCapabilities,
} from '../protocol/rtc.js';
import { agreedCapabilities } from './agreed-capabilities.js';
import { hasLayers, isEstimated, withoutEstimation } from './bandwidth-estimation.js';
import { layersOf, optionsOf } from './consumer-options.js';
import { LayerByLoss } from './layer-by-loss.js';
import { keepLowestLayer } from './lowest-layer.js';
import { refusingMedia } from './media-refused.js';
import { PeerConnection } from './peer-connection.js';
import type { WorkerRouter } from './worker-router.js';

/** A viewer who isn't ready after this time has a bad connection, or has left. */
const JOINING_MS = 1_000;
/** The interval at which losses are checked for viewers without bandwidth estimation. */
const LOSS_INTERVAL_MS = 2_000;

export type ViewerOptions = {
  site: WorkerRouter;
  transport: types.WebRtcTransport;
  /** Whether the publisher sends video that no viewer can receive over WebRTC. */
  lacksVideo: () => boolean;
  /** The viewer's receive capabilities; mediasoup validates their names and numbers. */
  capabilities: types.RtpCapabilities;
  /** Returns the current tracks. */
  producers: () => readonly types.Producer[];
  /**
   * The mids of a viewer with a fixed session description. Null for a viewer that is notified of
   * each track and then resumes it.
   */
  mids: ReceiverTerms['mids'] | null;
  /** Whether the viewer has yet to answer the server's offer. Nothing is sent before the answer. */
  isOffered?: boolean;
  /**
   * Called when the viewer can receive media: it is connected and has resumed a track, a video track
   * if it has one. May be called repeatedly.
   */
  onReady: () => void;
};

/** A viewer's transport with a consumer for each track that the viewer can receive. */
export class ViewerConnection implements ReceiverMedia {
  readonly #emitter = new TypedEmitter<EventsOf<ReceiverMedia>>();
  readonly events = this.#emitter.listenable;
  readonly site: WorkerRouter;
  readonly #peer: PeerConnection;
  readonly #producers: ViewerOptions['producers'];
  readonly #onReady: ViewerOptions['onReady'];
  readonly #consumers = new Map<string, types.Consumer>();
  /** The origin's producer ids by consumer id. */
  readonly #sources = new Map<string, string>();
  readonly #consuming = new Set<string>();
  /** Consumers by the origin's producer id. */
  readonly #byTrack = new Map<string, types.Consumer>();
  readonly #unsupported = new Set<MediaKind>();
  readonly #lacksVideo: ViewerOptions['lacksVideo'];
  #capabilities: types.RtpCapabilities;
  #mids: ViewerOptions['mids'];
  #isOffered: boolean;
  #estimates = false;
  #pinnedLayer: number | null = null;
  #connected = false;
  readonly #createdMs = performance.now();
  #wasReady = false;

  constructor({
    site,
    transport,
    capabilities,
    producers,
    mids,
    isOffered = false,
    lacksVideo,
    onReady,
  }: ViewerOptions) {
    this.#lacksVideo = lacksVideo;
    this.site = site;
    this.#peer = new PeerConnection(transport, site.worker.announcedAddresses);
    this.#capabilities = capabilities;
    this.#producers = producers;
    this.#onReady = onReady;
    this.#mids = mids;
    this.#isOffered = isOffered;
    transport.on('dtlsstatechange', () => this.#connectionChanged());
    transport.on('icestatechange', () => this.#connectionChanged());
    transport.observer.once('close', () => {
      this.#setConnected(false);
      this.#emitter.emit('closed');
      this.#emitter.clear();
    });
  }

  /** Whether the viewer's session description is fixed. */
  get isFixed(): boolean {
    return this.#mids !== null;
  }

  /** Whether the viewer will soon be ready to receive video for the first time. */
  get isJoining(): boolean {
    const isLate = performance.now() - this.#createdMs > JOINING_MS;
    return !this.#wasReady && !isLate && !this.closed && this.count('video') > 0;
  }

  get transport() {
    return this.#peer.options;
  }

  get closed(): boolean {
    return this.#peer.closed;
  }

  get consumers(): ConsumerOptions[] {
    return [...this.#consumers.values()].map(optionsOf);
  }

  /** Returns the number of received tracks of a kind. */
  count(kind: MediaKind): number {
    return [...this.#consumers.values()].filter((consumer) => consumer.kind === kind).length;
  }

  /**
   * Returns the current outgoing bit rate, in bits per second; 0 if the connection closes in the
   * meantime.
   */
  bitrateBps(): Promise<number> {
    return this.#peer.bitrateBps('send');
  }

  get unsupported(): MediaKind[] {
    return [...this.#unsupported, ...(this.#lacksVideo() ? (['video'] as const) : [])];
  }

  get agreed(): RtpCapabilities {
    // These are mediasoup's own capabilities, which have the shape that the protocol describes.
    return this.#capabilities as RtpCapabilities;
  }

  async accept(terms: ReceiverTerms): Promise<void> {
    const agreed = agreedCapabilities(this.#capabilities, terms);
    if (agreed.codecs?.length === 0)
      throw new DomainError('media_refused', 'The answer includes none of the offered codecs.');
    this.#capabilities = agreed;
    this.#mids = terms.mids;
    this.#isOffered = false;
    this.#consuming.clear();
    await Promise.all(
      [...this.#consumers.values()].map(async (consumer) => {
        if (keepsTo(agreed, consumer)) {
          this.#consuming.add(this.#sources.get(consumer.id) ?? '');
          return consumer.resume();
        }
        // A consumer's parameters can't be reduced. Nothing has been sent yet, so the consumer is
        // closed and a new one is created.
        consumer.close();
      }),
    );
    await this.consumeAll();
  }

  connect(dtlsParameters: DtlsParameters): Promise<void> {
    return this.#peer.connect(dtlsParameters);
  }

  restartIce(): Promise<IceParameters> {
    return this.#peer.restartIce();
  }

  /** Consumes all current tracks. */
  async consumeAll(): Promise<void> {
    await Promise.all(this.#producers().map((producer) => this.consume(producer)));
  }

  /**
   * Consumes a track of the broadcast, unless it is already consumed. A kind that the viewer cannot
   * receive is recorded in {@link unsupported}.
   */
  async consume(producer: types.Producer): Promise<void> {
    const mids = this.#mids;
    if (mids !== null && mids[producer.kind] === undefined) return;
    if (this.#consuming.has(producer.id) || this.closed || producer.closed) return;
    this.#consuming.add(producer.id);
    producer.observer.once('close', () => this.#consuming.delete(producer.id));
    const request = { producerId: producer.id, rtpCapabilities: this.#capabilitiesFor(producer) };
    if (
      !(await refusingMedia('receive capabilities', this.#peer.raw, async () =>
        this.site.canConsume(request),
      ))
    ) {
      this.#unsupported.add(producer.kind);
      return;
    }
    const producerId = await this.site.ensure(producer);
    const mid = mids?.[producer.kind];
    const consumer = await refusingMedia(`${producer.kind} track`, this.#peer.raw, () =>
      this.#peer.raw.consume({
        ...request,
        producerId,
        paused: mids === null || this.#isOffered,
        ...(mid === undefined ? {} : { mid }),
      }),
    );
    this.#byTrack.set(producer.id, consumer);
    consumer.observer.once('close', () => this.#byTrack.delete(producer.id));
    this.#sources.set(consumer.id, producer.id);
    if (isEstimated(consumer)) keepLowestLayer(consumer, this.#peer.raw, () => [producer]);
    await this.#adopt(consumer);
  }

  /**
   * Estimation starts with the first track that has layers, and then includes all later video,
   * because mediasoup keeps estimating until the transport closes.
   */
  #capabilitiesFor(producer: types.Producer): types.RtpCapabilities {
    this.#estimates ||= hasLayers(producer);
    const isCounted = this.#estimates && producer.kind === 'video';
    return isCounted ? this.#capabilities : withoutEstimation(this.#capabilities);
  }

  /**
   * Replaces a track that the viewer can't display with another one. A single-layer track that is
   * already displayed is kept.
   */
  async replace(before: types.Producer, after: types.Producer): Promise<void> {
    const consumer = this.#byTrack.get(before.id);
    if (consumer && layersOf(consumer) === 1 && (await hasSent(consumer))) return;
    consumer?.close();
    await this.consume(after);
  }

  async resume(consumerIds: readonly string[]): Promise<void> {
    await Promise.all(
      consumerIds.map(async (id) => {
        const consumer = this.#consumers.get(id);
        if (!consumer)
          throw new DomainError('consumer_not_found', 'Track not found. It may have ended.');
        await consumer.resume();
      }),
    );
    this.#checkReady();
  }

  async pinLayer(layer: number | null): Promise<void> {
    this.#pinnedLayer = layer;
    await Promise.all([...this.#consumers.values()].map((consumer) => this.#applyPin(consumer)));
  }

  close(): void {
    this.#peer.raw.close();
  }

  #connectionChanged(): void {
    const { dtlsState, iceState } = this.#peer.raw;
    const iceUp = iceState === 'connected' || iceState === 'completed';
    this.#setConnected(dtlsState === 'connected' && iceUp);
    if (dtlsState === 'failed' || dtlsState === 'closed') this.close();
  }

  #setConnected(connected: boolean): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#emitter.emit(connected ? 'connected' : 'disconnected');
    this.#checkReady();
  }

  #checkReady(): void {
    const consumers = [...this.#consumers.values()];
    const isResumed = (kind: MediaKind) =>
      consumers.some((consumer) => consumer.kind === kind && !consumer.paused);
    const hasVideo = consumers.some(({ kind }) => kind === 'video');
    if (!this.#connected || !isResumed(hasVideo ? 'video' : 'audio')) return;
    this.#wasReady = true;
    this.#onReady();
  }

  async #adopt(consumer: types.Consumer): Promise<void> {
    this.#consumers.set(consumer.id, consumer);
    consumer.observer.once('close', () => {
      this.#consumers.delete(consumer.id);
      this.#sources.delete(consumer.id);
      if (!this.closed) this.#emitter.emit('consumerClosed', consumer.id);
    });
    const paused = (state: boolean) => () =>
      this.#emitter.emit('consumerPaused', consumer.id, state);
    consumer.on('producerpause', paused(true));
    consumer.on('producerresume', paused(false));
    consumer.on('layerschange', (layers) =>
      this.#emitter.emit('layerChanged', consumer.id, layers?.spatialLayer ?? null),
    );
    if (this.#pinnedLayer !== null) await this.#applyPin(consumer);
    if (layersOf(consumer) > 1 && !isEstimated(consumer)) this.#followLoss(consumer);
    this.#emitter.emit('consumerAdded', optionsOf(consumer));
  }

  /** Selects layers by loss, because the bandwidth isn't estimated. */
  #followLoss(consumer: types.Consumer): void {
    const layers = new LayerByLoss(layersOf(consumer) - 1, performance.now());
    const timer = setInterval(() => {
      const layer = layers.next(consumer.score.score, performance.now());
      if (layer === null || this.#pinnedLayer !== null || consumer.closed) return;
      consumer.setPreferredLayers({ spatialLayer: layer }).catch(() => {
        // The consumer was closed in the meantime, so there is nothing to set.
      });
    }, LOSS_INTERVAL_MS);
    consumer.observer.once('close', () => clearInterval(timer));
  }

  async #applyPin(consumer: types.Consumer): Promise<void> {
    const top = layersOf(consumer) - 1;
    if (consumer.closed || top === 0) return;
    await consumer.setPreferredLayers({ spatialLayer: Math.min(this.#pinnedLayer ?? top, top) });
  }
}

async function hasSent(consumer: types.Consumer): Promise<boolean> {
  const stats = await consumer.getStats();
  return stats.some(({ type, packetCount }) => type === 'outbound-rtp' && packetCount > 0);
}

/** Whether a consumer's codecs and feedback are among the agreed ones. */
function keepsTo(
  { codecs: agreed = [] }: types.RtpCapabilities,
  { rtpParameters }: types.Consumer,
) {
  return rtpParameters.codecs.every(({ payloadType, rtcpFeedback = [] }) => {
    const codec = agreed.find(({ preferredPayloadType }) => preferredPayloadType === payloadType);
    return (
      rtcpFeedback.every(({ type, parameter = '' }) =>
        codec?.rtcpFeedback?.some(
          (one) => one.type === type && (one.parameter ?? '') === parameter,
        ),
      ) && codec !== undefined
    );
  });
}

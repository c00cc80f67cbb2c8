import type { types } from 'mediasoup';
import type { PublisherHealth, PublisherMedia } from '../broadcast/ports/media.js';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { type EventsOf, TypedEmitter } from '../common/typed-emitter.js';
import type { DtlsParameters, IceParameters, MediaKind, RtpParameters } from '../protocol/rtc.js';
import { H264SetStore } from '../media/rtp/h264-set-store.js';
import { CaptureDelay } from './capture-delay.js';
import { checkLayers } from './layer-check.js';
import { IngestMeter, TracedPacket } from './ingest-meter.js';
import { KeyFrameOrder } from './key-frame-order.js';
import { refusingMedia } from './media-refused.js';
import { asOpaque, offeredSetsOf } from './opaque-track.js';
import { PeerConnection } from './peer-connection.js';
import { ProducerTap } from './producer-tap.js';
import { ProducerTraces } from './producer-traces.js';
import { publisherHealth } from './publisher-health.js';
import { SetRepeater } from './set-repeater.js';
import { reportsTellOf, SenderReport } from './sender-report.js';

/**
 * Key frame requests from joining viewers and from the packager are coalesced into at most one per
 * this period. Chromium ignores a request that arrives within 300 ms after another one, and
 * mediasoup would repeat it only after a second. The remaining 100 ms allow for network jitter.
 */
export const KEY_FRAME_REQUEST_DELAY_MS = 400;
/** The interval at which the delay from capture to the server is measured. */
const DELAY_INTERVAL_MS = 2_000;

type Options = {
  transport: types.WebRtcTransport;
  /** The router to which the transport belongs. */
  router: types.Router;
  announcedAddresses: readonly string[];
  clock: Clock;
  /** Called for each track that becomes available. */
  onProducer: (producer: types.Producer) => void;
};

/**
 * The publisher's transport, through which the origin router receives one audio and one video
 * track.
 */
export class PublisherConnection implements PublisherMedia {
  readonly #emitter = new TypedEmitter<EventsOf<PublisherMedia>>();
  readonly events = this.#emitter.listenable;
  readonly #peer: PeerConnection;
  readonly #options: Options;
  readonly #producers = new Map<string, types.Producer>();
  readonly #kinds = new Set<MediaKind>();
  readonly #meter = new IngestMeter((isArriving) => this.#emitter.emit('arriving', isArriving));
  #connected = false;

  constructor(options: Options) {
    this.#options = options;
    this.#peer = new PeerConnection(options.transport, options.announcedAddresses);
    const { transport } = options;
    transport.on('dtlsstatechange', () => this.#connectionChanged());
    transport.on('icestatechange', () => this.#connectionChanged());
    transport.observer.once('close', () => {
      this.#setConnected(false);
      this.#meter.close();
      this.#emitter.emit('closed');
      this.#emitter.clear();
    });
  }

  get transport() {
    return this.#peer.options;
  }

  get closed(): boolean {
    return this.#peer.closed;
  }

  get isArriving(): boolean {
    return this.#meter.isArriving;
  }

  /**
   * Returns the current incoming bit rate, in bits per second; 0 if the connection closes in the
   * meantime.
   */
  bitrateBps(): Promise<number> {
    return this.#peer.bitrateBps('receive');
  }

  async health(): Promise<PublisherHealth> {
    const [bitrateBps, health] = await Promise.all([
      this.bitrateBps(),
      publisherHealth(this.#producers.values(), this.#meter),
    ]);
    return { bitrateBps, ...health };
  }

  connect(dtlsParameters: DtlsParameters): Promise<void> {
    return this.#peer.connect(dtlsParameters);
  }

  restartIce(): Promise<IceParameters> {
    return this.#peer.restartIce();
  }

  async produce({
    kind,
    rtpParameters,
    paused,
    layersGuessed = false,
    reportsTell,
  }: Parameters<PublisherMedia['produce']>[0]): Promise<string> {
    this.#peer.assertOpen();
    if (this.#kinds.has(kind))
      throw new DomainError(
        'conflict',
        `This connection already sends ${kind}. Close that track first.`,
      );
    this.#kinds.add(kind);
    // The schema of the request has validated the shape; mediasoup validates the names and numbers.
    const parameters = rtpParameters as types.RtpParameters;
    const offeredSets = offeredSetsOf(parameters);
    const keyFrameOrder = new KeyFrameOrder();
    try {
      const producer = await refusingMedia(`${kind} track`, this.#options.transport, () =>
        this.#options.transport.produce({
          kind,
          rtpParameters: offeredSets === null ? parameters : asOpaque(parameters),
          paused,
          keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
          appData: { reportsTell, mimeType: parameters.codecs[0]?.mimeType, keyFrameOrder },
        }),
      );
      this.#adopt(producer);
      if (kind === 'video') keyFrameOrder.follow(producer);
      if (offeredSets === null) this.#options.onProducer(producer);
      else
        await this.#repeatSets(producer, offeredSets).catch((error: unknown) => {
          producer.close();
          throw error;
        });
      if (layersGuessed && rtpParameters.encodings.length > 1)
        checkLayers(
          producer,
          (encodings) =>
            void this.#reorder(producer, {
              ...rtpParameters,
              encodings,
            }),
        );
      return producer.id;
    } catch (error) {
      this.#kinds.delete(kind);
      throw error;
    }
  }

  async setPaused(producerId: string, paused: boolean): Promise<void> {
    const producer = this.#producer(producerId);
    await (paused ? producer.pause() : producer.resume());
  }

  unproduce(producerId: string): void {
    this.#producer(producerId).close();
  }

  close(): void {
    this.#options.transport.close();
  }

  #producer(id: string): types.Producer {
    const producer = this.#producers.get(id);
    if (producer) return producer;
    throw new DomainError('not_found', 'Track not found. It may have been closed.');
  }

  /**
   * Publishes the same track with its layers in a different order. To viewers and the packager, it
   * is a new track.
   */
  async #reorder(producer: types.Producer, rtpParameters: RtpParameters): Promise<void> {
    const { kind, paused } = producer;
    producer.close();
    try {
      await this.produce({ kind, rtpParameters, paused, reportsTell: reportsTellOf(producer) });
    } catch {
      // The broadcast is useless without the track, so the publisher must reconnect.
      this.close();
    }
  }

  #adopt(producer: types.Producer): void {
    this.#producers.set(producer.id, producer);
    producer.observer.once('close', () => {
      this.#producers.delete(producer.id);
      this.#kinds.delete(producer.kind);
    });
    const traces = new ProducerTraces(producer);
    traces.want('sr');
    this.#meter.add(producer, traces);
    if (producer.kind === 'video') this.#measureDelay(producer, traces);
    this.#connectionChanged();
  }

  /** Publishes the track to others with its parameter sets before each key frame. */
  async #repeatSets(producer: types.Producer, sprop: string): Promise<void> {
    const { router, clock, onProducer } = this.#options;
    const transport = await router.createDirectTransport();
    producer.observer.once('close', () => transport.close());
    const site = { transport, rtpCapabilities: router.rtpCapabilities, clock };
    const tap = await ProducerTap.create(site, producer);
    const repeater = new SetRepeater({
      tap,
      stores: tap.ssrcs.map(() => new H264SetStore(sprop)),
      nowMs: () => clock.nowMs(),
    });
    onProducer(await repeater.produce(router));
    repeater.start();
    tap.start();
  }

  /**
   * Measures the delay. Sender reports are traced permanently, because there are only one or two
   * per second; packets are traced only one at a time.
   */
  #measureDelay(producer: types.Producer, traces: ProducerTraces): void {
    const delay = new CaptureDelay();
    let stop: (() => void) | null = null;
    producer.on('trace', ({ type, info }) => {
      if (type === 'sr') {
        const report = SenderReport.safeParse(info);
        if (report.success) delay.addReport(report.data);
        return;
      }
      if (type !== 'rtp' || !stop) return;
      const packet = TracedPacket.safeParse(info);
      if (!packet.success) return;
      const delayMs = delay.of({
        ssrc: packet.data.rtpPacket.ssrc,
        rtpTime: packet.data.rtpPacket.timestamp,
        arrivedMs: this.#options.clock.nowMs(),
      });
      if (delayMs === null) return;
      stop();
      stop = null;
      this.#emitter.emit('delayMeasured', delayMs);
    });
    const timer = setInterval(() => {
      if (!producer.paused) stop ??= traces.want('rtp');
    }, DELAY_INTERVAL_MS);
    producer.observer.once('close', () => clearInterval(timer));
  }

  #connectionChanged(): void {
    const { dtlsState, iceState } = this.#options.transport;
    const iceUp = iceState === 'connected' || iceState === 'completed';
    this.#setConnected(dtlsState === 'connected' && iceUp && this.#producers.size > 0);
    if (dtlsState === 'failed' || dtlsState === 'closed') this.close();
  }

  #setConnected(connected: boolean): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#meter.isConnected = connected;
    this.#emitter.emit(connected ? 'connected' : 'disconnected');
  }
}

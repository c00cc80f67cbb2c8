import { parseScalabilityMode, type types } from 'mediasoup';
import type { ViewerMedia } from '../broadcast/ports.js';
import { DomainError } from '../common/domain-error.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type {
  ConsumerOptions,
  DtlsParameters,
  IceParameters,
  MediaKind,
  RtpCapabilities,
} from '../protocol/rtc.js';
import { refusingMedia } from './media-refused.js';
import { PeerConnection } from './peer-connection.js';
import type { WorkerRouter } from './worker-router.js';

/** A viewer's transport with a consumer for each track it can receive. */
export class ViewerConnection implements ViewerMedia {
  readonly events: ViewerMedia['events'] = new TypedEmitter();
  readonly site: WorkerRouter;
  readonly #peer: PeerConnection;
  readonly #capabilities: types.RtpCapabilities;
  readonly #consumers = new Map<string, types.Consumer>();
  readonly #consuming = new Set<string>();
  readonly #unsupported = new Set<MediaKind>();
  #pinnedLayer: number | null = null;

  constructor(site: WorkerRouter, transport: types.WebRtcTransport, capabilities: RtpCapabilities) {
    this.site = site;
    this.#peer = new PeerConnection(transport);
    // The shape was checked at the edge; mediasoup checks the names and numbers in it.
    this.#capabilities = capabilities as types.RtpCapabilities;
    transport.on('dtlsstatechange', (state) => {
      if (state === 'failed' || state === 'closed') this.close();
    });
    transport.observer.once('close', () => {
      this.events.emit('closed');
      this.events.clear();
    });
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

  /** How many tracks of a kind it receives. */
  count(kind: MediaKind): number {
    return [...this.#consumers.values()].filter((consumer) => consumer.kind === kind).length;
  }

  /** What is sent to it now, bits a second; 0 when it is closed meanwhile. */
  bitrateBps(): Promise<number> {
    return this.#peer.bitrateBps('send');
  }

  get unsupported(): MediaKind[] {
    return [...this.#unsupported];
  }

  connect(dtlsParameters: DtlsParameters): Promise<void> {
    return this.#peer.connect(dtlsParameters);
  }

  restartIce(): Promise<IceParameters> {
    return this.#peer.restartIce();
  }

  /** Takes a track of the broadcast, once; a track it can't receive is noted in {@link unsupported}. */
  async consume(producer: types.Producer): Promise<void> {
    if (this.#consuming.has(producer.id) || this.closed || producer.closed) return;
    this.#consuming.add(producer.id);
    producer.observer.once('close', () => this.#consuming.delete(producer.id));
    await this.site.ensure(producer.id);
    const { router } = this.site;
    const request = { producerId: producer.id, rtpCapabilities: this.#capabilities };
    if (
      !(await refusingMedia('receive capabilities', router, async () => router.canConsume(request)))
    ) {
      this.#unsupported.add(producer.kind);
      return;
    }
    const consumer = await refusingMedia(`${producer.kind} track`, this.#peer.raw, () =>
      this.#peer.raw.consume({ ...request, paused: true }),
    );
    await this.#adopt(consumer);
  }

  async resume(consumerIds: readonly string[]): Promise<void> {
    await Promise.all(
      consumerIds.map(async (id) => {
        const consumer = this.#consumers.get(id);
        if (!consumer)
          throw new DomainError('consumer_not_found', 'There is no such track. It may have ended.');
        await consumer.resume();
      }),
    );
  }

  async pinLayer(layer: number | null): Promise<void> {
    this.#pinnedLayer = layer;
    await Promise.all([...this.#consumers.values()].map((consumer) => this.#applyPin(consumer)));
  }

  close(): void {
    this.#peer.raw.close();
  }

  async #adopt(consumer: types.Consumer): Promise<void> {
    this.#consumers.set(consumer.id, consumer);
    consumer.observer.once('close', () => {
      this.#consumers.delete(consumer.id);
      if (!this.closed) this.events.emit('consumerClosed', consumer.id);
    });
    const paused = (state: boolean) => () => this.events.emit('consumerPaused', consumer.id, state);
    consumer.on('producerpause', paused(true));
    consumer.on('producerresume', paused(false));
    consumer.on('layerschange', (layers) =>
      this.events.emit('layerChanged', consumer.id, layers?.spatialLayer ?? null),
    );
    if (this.#pinnedLayer !== null) await this.#applyPin(consumer);
    this.events.emit('consumerAdded', optionsOf(consumer));
  }

  async #applyPin(consumer: types.Consumer): Promise<void> {
    const top = layersOf(consumer) - 1;
    if (consumer.closed || top === 0) return;
    await consumer.setPreferredLayers({ spatialLayer: Math.min(this.#pinnedLayer ?? top, top) });
  }
}

function optionsOf(consumer: types.Consumer): ConsumerOptions {
  return {
    id: consumer.id,
    producerId: consumer.producerId,
    kind: consumer.kind,
    // mediasoup's own, of the shape that the protocol describes.
    rtpParameters: consumer.rtpParameters as ConsumerOptions['rtpParameters'],
    layers: layersOf(consumer),
    producerPaused: consumer.producerPaused,
  };
}

function layersOf(consumer: types.Consumer): number {
  const mode = consumer.rtpParameters.encodings?.[0]?.scalabilityMode;
  return consumer.type === 'simulcast' || consumer.type === 'svc'
    ? parseScalabilityMode(mode).spatialLayers
    : 1;
}

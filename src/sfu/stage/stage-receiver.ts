import type { types } from 'mediasoup';
import { DomainError } from '../../common/domain-error.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { StageSource, StageTrack } from '../../protocol/stage.js';
import { hasLayers, isEstimated, withoutEstimation } from '../bandwidth-estimation.js';
import { layersOf, optionsOf } from '../consumer-options.js';
import { keepLowestLayer } from '../lowest-layer.js';
import { refusingMedia } from '../media-refused.js';
import type { StageTransport } from './stage-transport.js';

/** A track in the stage's router. */
export type RoutedTrack = Readonly<{
  /** The sender's id; null for the programme. */
  participant: string | null;
  source: StageSource;
  producer: types.Producer;
}>;

type Received = Readonly<{ track: RoutedTrack; consumer: types.Consumer }>;

/** The tracks that one participant receives. */
export class StageReceiver {
  readonly #emitter = new TypedEmitter<{
    added: [StageTrack];
    closed: [consumerId: string];
    paused: [consumerId: string, paused: boolean];
  }>();
  readonly events = this.#emitter.listenable;
  readonly #router: types.Router;
  readonly #transport: StageTransport;
  readonly #capabilities: types.RtpCapabilities;
  /** The wanted tracks, by producer id. */
  #wanted = new Map<string, RoutedTrack>();
  /** The ids of producers that are consumed, or are about to be. */
  readonly #known = new Set<string>();
  /** The received tracks, by consumer id. */
  readonly #received = new Map<string, Received>();
  /** Whether bandwidth estimation is on; see {@link #capabilitiesFor}. */
  #estimates = false;

  constructor(options: {
    router: types.Router;
    transport: StageTransport;
    capabilities: types.RtpCapabilities;
  }) {
    this.#router = options.router;
    this.#transport = options.transport;
    this.#capabilities = options.capabilities;
  }

  get tracks(): StageTrack[] {
    return [...this.#received.values()].map(trackOf);
  }

  /**
   * Sets the tracks to receive. All others are closed before this method returns; it resolves when
   * the new ones are available.
   */
  async want(tracks: readonly RoutedTrack[]): Promise<void> {
    this.#wanted = new Map(tracks.map((track) => [track.producer.id, track]));
    for (const { track, consumer } of this.#received.values())
      if (!this.#wanted.has(track.producer.id)) consumer.close();
    const added = tracks.filter(({ producer }) => !this.#known.has(producer.id));
    await Promise.all(added.map((track) => this.#consume(track)));
  }

  /**
   * Starts tracks. Tracks that have ended in the meantime don't prevent the others from starting.
   */
  async resume(consumerIds: readonly string[]): Promise<void> {
    await Promise.all(consumerIds.map(async (id) => this.#find(id).resume()));
  }

  async preferLayer(consumerId: string, layer: number): Promise<void> {
    const consumer = this.#find(consumerId);
    const top = layersOf(consumer) - 1;
    if (top === 0) return;
    await refusingMedia('layer', consumer, () =>
      consumer.setPreferredLayers({ spatialLayer: Math.min(layer, top) }),
    );
  }

  async #consume(track: RoutedTrack): Promise<void> {
    const { producer } = track;
    if (this.#transport.closed || producer.closed) return;
    const request = { producerId: producer.id, rtpCapabilities: this.#capabilitiesFor(producer) };
    this.#known.add(producer.id);
    producer.observer.once('close', () => this.#known.delete(producer.id));
    let consumer: types.Consumer;
    try {
      if (!this.#router.canConsume(request)) return;
      consumer = await this.#transport.raw.consume({ ...request, paused: true });
    } catch (error) {
      this.#known.delete(producer.id);
      // The sender or the receiver left in the meantime.
      if (producer.closed || this.#transport.closed) return;
      throw error;
    }
    consumer.observer.once('close', () => this.#known.delete(producer.id));
    if (consumer.closed) this.#known.delete(producer.id);
    else if (this.#wanted.has(producer.id)) this.#adopt({ track, consumer });
    else consumer.close();
  }

  /** As for viewers, bandwidth estimation starts with the first track that has layers. */
  #capabilitiesFor(producer: types.Producer): types.RtpCapabilities {
    this.#estimates ||= hasLayers(producer);
    const isCounted = this.#estimates && producer.kind === 'video';
    return isCounted ? this.#capabilities : withoutEstimation(this.#capabilities);
  }

  #adopt(received: Received): void {
    const { consumer } = received;
    const { id } = consumer;
    this.#received.set(id, received);
    consumer.observer.once('close', () => {
      this.#received.delete(id);
      if (!this.#transport.closed) this.#emitter.emit('closed', id);
    });
    consumer.on('producerpause', () => this.#emitter.emit('paused', id, true));
    consumer.on('producerresume', () => this.#emitter.emit('paused', id, false));
    if (isEstimated(consumer))
      keepLowestLayer(consumer, this.#transport.raw, () => this.#simulcastProducers());
    this.#emitter.emit('added', trackOf(received));
  }

  #simulcastProducers(): types.Producer[] {
    const sent = [...this.#received.values()].filter(
      ({ consumer }) => consumer.type === 'simulcast' && !consumer.paused,
    );
    return sent.map(({ track }) => track.producer).filter(({ closed }) => !closed);
  }

  #find(consumerId: string): types.Consumer {
    const received = this.#received.get(consumerId);
    if (received) return received.consumer;
    throw new DomainError('consumer_not_found', 'Track not found. It may have ended.');
  }
}

function trackOf({ track: { participant, source }, consumer }: Received): StageTrack {
  return { participant, source, options: optionsOf(consumer) };
}

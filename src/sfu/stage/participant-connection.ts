import type { types } from 'mediasoup';
import type { ParticipantMedia, Reception } from '../../broadcast/ports/stage.js';
import { DomainError } from '../../common/domain-error.js';
import { type EventsOf, TypedEmitter } from '../../common/typed-emitter.js';
import type { MediaKind } from '../../protocol/rtc.js';
import type { StageSource, StageTrack } from '../../protocol/stage.js';
import { refusingMedia } from '../media-refused.js';
import { KEY_FRAME_REQUEST_DELAY_MS } from '../publisher-connection.js';
import type { RouterTap } from '../router-tap.js';
import type { RoutedTrack, StageReceiver } from './stage-receiver.js';
import type { StageTransport } from './stage-transport.js';

const KINDS: Readonly<Record<StageSource, MediaKind>> = {
  microphone: 'audio',
  camera: 'video',
  screen: 'video',
  playback: 'audio',
};

const NOTHING: Reception = { participants: new Set(), programme: false };

type Options = Readonly<{
  id: string;
  send: StageTransport;
  receive: StageTransport;
  receiver: StageReceiver;
  /** Called when the participant's tracks have changed, so that others receive them. */
  onTracks: () => void;
  /** Makes the receiver follow {@link ParticipantConnection.reception}. */
  onReception: () => Promise<void>;
  /** Opens a tap of the stage's router. */
  openTap: () => Promise<RouterTap>;
}>;

/** Whether a source is part of {@link ParticipantConnection.tap}. */
const isTapped = (source: StageSource): boolean => source === 'camera' || source === 'microphone';

/** One participant's media: a transport to send, one to receive, and the tracks on both. */
export class ParticipantConnection implements ParticipantMedia {
  readonly #emitter = new TypedEmitter<EventsOf<ParticipantMedia>>();
  readonly events = this.#emitter.listenable;
  readonly #options: Options;
  readonly #producers = new Map<StageSource, types.Producer>();
  /** The sources whose tracks are being created. */
  readonly #starting = new Set<StageSource>();
  readonly #taps = new Set<RouterTap>();
  #reception = NOTHING;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    const { send, receive, receiver } = options;
    for (const transport of [send, receive]) transport.events.on('closed', () => this.close());
    receiver.events.on('added', (track) => this.#emitter.emit('trackAdded', track));
    receiver.events.on('closed', (id) => this.#emitter.emit('trackClosed', id));
    receiver.events.on('paused', (id, paused) => this.#emitter.emit('trackPaused', id, paused));
  }

  get id(): string {
    return this.#options.id;
  }

  get send(): StageTransport {
    return this.#options.send;
  }

  get receive(): StageTransport {
    return this.#options.receive;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get tracks(): StageTrack[] {
    return this.#options.receiver.tracks;
  }

  get sends(): StageSource[] {
    return [...this.#producers.keys()];
  }

  get reception(): Reception {
    return this.#reception;
  }

  /** The participant's tracks in the stage's router. */
  get routed(): RoutedTrack[] {
    return [...this.#producers].map(([source, producer]) => ({
      participant: this.id,
      source,
      producer,
    }));
  }

  receiveFrom(reception: Reception): Promise<void> {
    this.#reception = reception;
    return this.#options.onReception();
  }

  async produce({
    source,
    kind,
    rtpParameters,
    paused,
  }: Parameters<ParticipantMedia['produce']>[0]): Promise<string> {
    this.send.assertOpen();
    if (kind !== KINDS[source])
      throw new DomainError('bad_request', `A ${source} sends ${KINDS[source]}, not ${kind}.`);
    if (this.#producers.has(source) || this.#starting.has(source))
      throw new DomainError('conflict', `You already send a ${source}. Close that track first.`);
    this.#starting.add(source);
    try {
      const producer = await refusingMedia(`${source} track`, this.send.raw, () =>
        this.send.raw.produce({
          kind,
          // The schema of the request has validated the shape; mediasoup validates the rest.
          rtpParameters: rtpParameters as types.RtpParameters,
          paused,
          keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
        }),
      );
      this.#adopt(source, producer);
      return producer.id;
    } finally {
      this.#starting.delete(source);
    }
  }

  sourceOf(producerId: string): StageSource {
    for (const [source, { id }] of this.#producers) if (id === producerId) return source;
    throw new DomainError('not_found', 'Track not found. It may have been closed.');
  }

  async setPaused(source: StageSource, paused: boolean): Promise<void> {
    const producer = this.#producers.get(source);
    if (!producer) return;
    await refusingMedia(`${source} track`, producer, () =>
      paused ? producer.pause() : producer.resume(),
    );
  }

  unproduce(source: StageSource): void {
    this.#producers.get(source)?.close();
  }

  resume(consumerIds: readonly string[]): Promise<void> {
    return this.#options.receiver.resume(consumerIds);
  }

  preferLayer(consumerId: string, layer: number): Promise<void> {
    return this.#options.receiver.preferLayer(consumerId, layer);
  }

  async tap(): Promise<RouterTap> {
    const tap = await this.#options.openTap();
    if (this.#closed) tap.close();
    const sent = [...this.#producers];
    this.#taps.add(tap);
    tap.events.on('closed', () => this.#taps.delete(tap));
    for (const [source, producer] of sent) if (isTapped(source)) await tap.add(producer);
    return tap;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const tap of this.#taps) tap.close();
    this.send.close();
    this.receive.close();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }

  #adopt(source: StageSource, producer: types.Producer): void {
    if (producer.closed)
      throw new DomainError('transport_not_found', 'This connection is closed. Connect again.');
    this.#producers.set(source, producer);
    if (isTapped(source)) for (const tap of this.#taps) void tap.add(producer);
    producer.observer.once('close', () => {
      this.#producers.delete(source);
      if (!this.#closed) this.#changed();
    });
    this.#changed();
  }

  #changed(): void {
    this.#options.onTracks();
    this.#emitter.emit('sendsChanged');
  }
}

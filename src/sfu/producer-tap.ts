import type { types } from 'mediasoup';
import type { TappedTrack } from '../broadcast/ports/media.js';
import type { Clock } from '../common/clock.js';
import { type EventsOf, TypedEmitter } from '../common/typed-emitter.js';
import type { MediaKind } from '../protocol/rtc.js';
import { PatientRequest } from './patient-request.js';
import { reportsTellOf, SenderReport, unixMsOf } from './sender-report.js';

/** The offset of the SSRC in an RTP packet (RFC 3550 5.1). */
const SSRC_OFFSET = 8;

/** The router at which producers are tapped. */
export type TapSite = Readonly<{
  transport: types.DirectTransport;
  /** The router's capabilities. Everything that it routes can be tapped. */
  rtpCapabilities: types.RtpCapabilities;
  clock: Clock;
  /**
   * Whether a key frame request can wait for a joining viewer's request; see {@link
   * PatientRequest}.
   */
  isJoining?: () => boolean;
}>;

/**
 * Taps one producer with all its simulcast layers through a pipe consumer, which passes on every
 * stream with its own SSRC, timestamps, and gaps.
 */
export class ProducerTap implements TappedTrack {
  readonly form = 'rtp';
  readonly #emitter = new TypedEmitter<EventsOf<TappedTrack>>();
  readonly events = this.#emitter.listenable;
  readonly codec: TappedTrack['codec'];
  readonly #producer: types.Producer;
  readonly #consumer: types.Consumer;
  readonly #layers: ReadonlyMap<number, number>;
  /** The SSRCs of the track's layers. */
  readonly ssrcs: readonly number[];
  readonly #clock: Clock;
  readonly #keyFrame: PatientRequest;

  private constructor(
    producer: types.Producer,
    consumer: types.Consumer,
    { clock, isJoining = () => false }: TapSite,
  ) {
    this.#producer = producer;
    this.#consumer = consumer;
    this.#clock = clock;
    this.#keyFrame = new PatientRequest({ request: () => this.#requestKeyFrame(), isJoining });
    this.codec = codecOf(consumer.rtpParameters);
    this.ssrcs = (consumer.rtpParameters.encodings ?? []).map(({ ssrc }) => ssrc ?? 0);
    this.#layers = new Map(this.ssrcs.map((ssrc, layer) => [ssrc, layer]));
    this.#listen();
  }

  /** Creates a tap that sends nothing before {@link start}. */
  static async create(site: TapSite, producer: types.Producer): Promise<ProducerTap> {
    const consumer = await site.transport.consume({
      producerId: producer.id,
      rtpCapabilities: site.rtpCapabilities,
      pipe: true,
      // No packets are lost between the worker and the Node process.
      enableRtx: false,
      paused: true,
    });
    return new ProducerTap(producer, consumer, site);
  }

  get id(): string {
    return this.#producer.id;
  }

  get kind(): MediaKind {
    return this.#producer.kind;
  }

  get layerCount(): number {
    return this.#layers.size;
  }

  get reportsTell(): TappedTrack['reportsTell'] {
    return reportsTellOf(this.#producer);
  }

  get paused(): boolean {
    return this.#producer.paused;
  }

  /** Whether any of the track's packets have arrived. */
  get sends(): boolean {
    return this.#producer.score.length > 0;
  }

  get appData(): types.AppData {
    return this.#producer.appData;
  }

  /** Returns the parameters of the track's packets under another codec name. */
  rtpParametersAs(mimeType: string, parameters: Record<string, unknown>): types.RtpParameters {
    const { codecs, ...rest } = this.#consumer.rtpParameters;
    return { ...rest, codecs: codecs.map((codec) => ({ ...codec, mimeType, parameters })) };
  }

  start(): void {
    // Resuming the consumer requests a key frame.
    this.#consumer.resume().catch(() => {
      // The consumer was closed in the meantime, so there is nothing to start.
    });
  }

  requestKeyFrame(): void {
    if (this.kind === 'video') this.#keyFrame.ask();
  }

  #requestKeyFrame(): void {
    if (this.#consumer.closed) return;
    this.#consumer.requestKeyFrame().catch(() => {
      // The consumer was closed in the meantime, so nobody needs the key frame.
    });
  }

  #listen(): void {
    const consumer = this.#consumer;
    const producer = this.#producer;
    consumer.on('rtp', (bytes) => {
      const layer = this.#layers.get(bytes.readUInt32BE(SSRC_OFFSET));
      if (layer !== undefined)
        this.#emitter.emit('packet', { layer, bytes, arrivedMs: this.#clock.nowMs() });
    });
    const onTrace = (trace: types.ProducerTraceEventData) => this.#traced(trace);
    producer.on('trace', onTrace);
    consumer.on('producerpause', () => this.#emitter.emit('paused', true));
    consumer.on('producerresume', () => this.#emitter.emit('paused', false));
    consumer.observer.once('close', () => {
      producer.off('trace', onTrace);
      this.#keyFrame.arrived();
      this.#emitter.emit('closed');
      this.#emitter.clear();
    });
  }

  #traced({ type, info }: types.ProducerTraceEventData): void {
    if (type === 'keyframe') this.#keyFrame.arrived();
    if (type !== 'sr') return;
    const report = SenderReport.safeParse(info);
    if (!report.success) return;
    const layer = this.#layerSentAs(report.data.ssrc);
    if (layer === null) return;
    const { rtpTs: rtpTime } = report.data;
    this.#emitter.emit('senderReport', { layer, ntpMs: unixMsOf(report.data), rtpTime });
  }

  /**
   * Returns the layer whose stream has this SSRC at the publisher; null for retransmissions, and
   * before the stream's first packet.
   */
  #layerSentAs(ssrc: number): number | null {
    const stream = this.#producer.score.find((score) => score.ssrc === ssrc);
    return stream && stream.encodingIdx < this.layerCount ? stream.encodingIdx : null;
  }
}

function codecOf({ codecs }: types.RtpParameters): TappedTrack['codec'] {
  const [codec] = codecs;
  if (!codec) throw new Error('a consumer has no codec');
  const { mimeType, clockRate, channels = 1, parameters = {} } = codec;
  return { mimeType, clockRate, channels, parameters };
}

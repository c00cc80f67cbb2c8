import type { types } from 'mediasoup';
import type { TappedTrack } from '../broadcast/ports/media.js';
import type { Clock } from '../common/clock.js';
import { TypedEmitter } from '../common/typed-emitter.js';
import type { MediaKind } from '../protocol/rtc.js';
import { reportsTellOf, SenderReport, unixMsOf } from './sender-report.js';

/** Where an RTP packet has its SSRC (RFC 3550 5.1). */
const SSRC_OFFSET = 8;

/** Where producers are tapped. */
export type TapSite = Readonly<{
  transport: types.DirectTransport;
  /** The router's capabilities: everything it routes can be tapped. */
  rtpCapabilities: types.RtpCapabilities;
  clock: Clock;
}>;

/**
 * Taps one producer with all its simulcast layers through a pipe consumer, which passes on every
 * stream with its own SSRC, times and gaps.
 */
export class ProducerTap implements TappedTrack {
  readonly events: TappedTrack['events'] = new TypedEmitter();
  readonly codec: TappedTrack['codec'];
  readonly #producer: types.Producer;
  readonly #consumer: types.Consumer;
  readonly #layers: ReadonlyMap<number, number>;
  /** Of its layers' packets. */
  readonly ssrcs: readonly number[];
  readonly #clock: Clock;

  private constructor(producer: types.Producer, consumer: types.Consumer, clock: Clock) {
    this.#producer = producer;
    this.#consumer = consumer;
    this.#clock = clock;
    this.codec = codecOf(consumer.rtpParameters);
    this.ssrcs = (consumer.rtpParameters.encodings ?? []).map(({ ssrc }) => ssrc ?? 0);
    this.#layers = new Map(this.ssrcs.map((ssrc, layer) => [ssrc, layer]));
    this.#listen();
  }

  /** Nothing flows before {@link start}. */
  static async create(
    { transport, rtpCapabilities, clock }: TapSite,
    producer: types.Producer,
  ): Promise<ProducerTap> {
    const consumer = await transport.consume({
      producerId: producer.id,
      rtpCapabilities,
      pipe: true,
      // Nothing is lost between the worker and here.
      enableRtx: false,
      paused: true,
    });
    return new ProducerTap(producer, consumer, clock);
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

  /** Whether any of its packets have arrived. */
  get sends(): boolean {
    return this.#producer.score.length > 0;
  }

  get appData(): types.AppData {
    return this.#producer.appData;
  }

  /** Returns the parameters of its packets under another codec name. */
  rtpParametersAs(mimeType: string, parameters: Record<string, unknown>): types.RtpParameters {
    const { codecs, ...rest } = this.#consumer.rtpParameters;
    return { ...rest, codecs: codecs.map((codec) => ({ ...codec, mimeType, parameters })) };
  }

  start(): void {
    // Resuming the consumer requests a key frame.
    this.#consumer.resume().catch(() => {
      // Closed meanwhile: there is nothing to start.
    });
  }

  requestKeyFrame(): void {
    if (this.kind !== 'video' || this.#consumer.closed) return;
    this.#consumer.requestKeyFrame().catch(() => {
      // Closed meanwhile: nobody needs the key frame.
    });
  }

  #listen(): void {
    const consumer = this.#consumer;
    const producer = this.#producer;
    consumer.on('rtp', (bytes) => {
      const layer = this.#layers.get(bytes.readUInt32BE(SSRC_OFFSET));
      if (layer !== undefined)
        this.events.emit('packet', { layer, bytes, arrivedMs: this.#clock.nowMs() });
    });
    const onTrace = (trace: types.ProducerTraceEventData) => this.#traced(trace);
    producer.on('trace', onTrace);
    consumer.on('producerpause', () => this.events.emit('paused', true));
    consumer.on('producerresume', () => this.events.emit('paused', false));
    consumer.observer.once('close', () => {
      producer.off('trace', onTrace);
      this.events.emit('closed');
      this.events.clear();
    });
  }

  #traced({ type, info }: types.ProducerTraceEventData): void {
    if (type !== 'sr') return;
    const report = SenderReport.safeParse(info);
    if (!report.success) return;
    const layer = this.#layerSentAs(report.data.ssrc);
    if (layer === null) return;
    const { rtpTs: rtpTime } = report.data;
    this.events.emit('senderReport', { layer, ntpMs: unixMsOf(report.data), rtpTime });
  }

  /** The layer whose stream has this SSRC at the publisher; null for repeats, and before its first packet. */
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

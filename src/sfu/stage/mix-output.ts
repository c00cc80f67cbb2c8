import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import type { PublisherHealth, SourceMedia } from '../../broadcast/ports/media.js';
import { type EventsOf, TypedEmitter } from '../../common/typed-emitter.js';
import type { MixedTrack } from '../../mixer/mixer-messages.js';
import { IngestMeter } from '../ingest-meter.js';
import { ProducerTraces } from '../producer-traces.js';
import { publisherHealth } from '../publisher-health.js';
import { KEY_FRAME_REQUEST_DELAY_MS } from '../publisher-connection.js';
import { openLoopback } from './loopback.js';

const PAYLOAD_TYPES = { video: 101, audio: 100 } as const;
/** The CNAME by which players synchronize audio and video. It is the same in native/mixer. */
const CNAME = 'onair-mix';
const KINDS = ['video', 'audio'] as const;
type Kind = (typeof KINDS)[number];

/** The programme of a mixer, as tracks in the broadcast's router. */
export class MixOutput {
  readonly #emitter = new TypedEmitter<EventsOf<SourceMedia>>();
  readonly events = this.#emitter.listenable;
  readonly #transports: Readonly<Record<Kind, types.PlainTransport>>;
  readonly #ssrcs = { video: randomInt(1, 2 ** 31), audio: randomInt(1, 2 ** 31) };
  readonly #producers: types.Producer[] = [];
  readonly #meter = new IngestMeter((isArriving) => this.#emitter.emit('arriving', isArriving));
  #closed = false;

  private constructor(transports: Readonly<Record<Kind, types.PlainTransport>>) {
    this.#transports = transports;
    for (const kind of KINDS) transports[kind].observer.once('close', () => this.close());
    if (transports.video.closed || transports.audio.closed) this.close();
  }

  static async create(router: types.Router): Promise<MixOutput> {
    const video = await openLoopback(router);
    try {
      return new MixOutput({ video, audio: await openLoopback(router) });
    } catch (error) {
      video.close();
      throw error;
    }
  }

  get closed(): boolean {
    return this.#closed;
  }

  get isArriving(): boolean {
    return this.#meter.isArriving;
  }

  get producers(): readonly types.Producer[] {
    return this.#producers;
  }

  /** Returns the port to which the mixer sends a track, and the numbers of its packets. */
  track(kind: Kind): MixedTrack {
    return {
      port: this.#transports[kind].tuple.localPort,
      payloadType: PAYLOAD_TYPES[kind],
      ssrc: this.#ssrcs[kind],
    };
  }

  /** Connects to the ports from which the mixer sends, and creates the tracks. */
  async connect(ports: Readonly<Record<Kind, number>>): Promise<void> {
    for (const kind of KINDS) {
      const transport = this.#transports[kind];
      await transport.connect({ ip: '127.0.0.1', port: ports[kind] });
      const producer = await transport.produce({
        kind,
        rtpParameters: this.#parameters(kind),
        keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
        appData: { reportsTell: 'capture' },
      });
      this.#producers.push(producer);
      const traces = new ProducerTraces(producer);
      this.#meter.add(producer, traces);
    }
  }

  /** Reports from now on whether packets arrive. */
  begin(): void {
    this.#meter.isConnected = true;
    this.#emitter.emit('connected');
  }

  async bitrateBps(): Promise<number> {
    const stats = await Promise.all(
      this.#producers.map((one) => one.getStats().catch((): types.ProducerStat[] => [])),
    );
    return stats.flat().reduce((sum, { bitrate }) => sum + bitrate, 0);
  }

  async health(): Promise<PublisherHealth> {
    const [bitrateBps, health] = await Promise.all([
      this.bitrateBps(),
      publisherHealth(this.#producers, this.#meter),
    ]);
    return { bitrateBps, ...health };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const kind of KINDS) this.#transports[kind].close();
    this.#meter.close();
    this.#emitter.emit('closed');
    this.#emitter.clear();
  }

  #parameters(kind: Kind): types.RtpParameters {
    return {
      codecs: [kind === 'video' ? H264 : OPUS],
      encodings: [{ ssrc: this.#ssrcs[kind] }],
      rtcp: { cname: CNAME, reducedSize: false },
    };
  }
}

const OPUS: types.RtpCodecParameters = {
  mimeType: 'audio/opus',
  payloadType: PAYLOAD_TYPES.audio,
  clockRate: 48_000,
  channels: 2,
};

const H264: types.RtpCodecParameters = {
  mimeType: 'video/H264',
  payloadType: PAYLOAD_TYPES.video,
  clockRate: 90_000,
  parameters: {
    'packetization-mode': 1,
    'profile-level-id': '42e01f',
    'level-asymmetry-allowed': 1,
  },
  // No packets are lost within this machine, so only key frames need to be requested.
  rtcpFeedback: [
    { type: 'nack', parameter: 'pli' },
    { type: 'ccm', parameter: 'fir' },
  ],
};

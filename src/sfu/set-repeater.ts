import type { types } from 'mediasoup';
import type { TappedPacket, TappedReport } from '../broadcast/ports/media.js';
import { H264SetInserter } from '../media/rtp/h264-set-inserter.js';
import type { H264SetStore } from '../media/rtp/h264-set-store.js';
import { keyFrameRequests, senderReport } from './rtcp.js';
import type { ProducerTap } from './producer-tap.js';

/**
 * The maximum number of buffered packets: more than a second of three layers. Beyond it, the oldest
 * packets are dropped.
 */
const MAX_WAITING = 4_096;
/** The interval at which packets that wait for lost ones are checked. */
const TICK_MS = 50;

type Options = Readonly<{
  /** The tap of the track that lacks its parameter sets. */
  tap: ProducerTap;
  /** The known sets of each layer. */
  stores: readonly H264SetStore[];
  nowMs: () => number;
}>;

/**
 * Republishes an H.264 track with its parameter sets before each IDR picture. mediasoup recognizes
 * key frames only by parameter sets, and new viewers need them. The track's packets pass through
 * the Node process, so this class is used only for tracks that need it.
 */
export class SetRepeater {
  readonly #options: Options;
  readonly #inserters: readonly H264SetInserter[];
  /** Null once packets go directly to the producer. */
  #waiting: Buffer[] | null = [];
  #transport: types.DirectTransport | null = null;
  #producer: types.Producer | null = null;
  #closed = false;
  readonly #timer: NodeJS.Timeout;

  /** Buffers packets until {@link start}. */
  constructor(options: Options) {
    this.#options = options;
    const { tap, stores, nowMs } = options;
    this.#inserters = stores.map((store) => new H264SetInserter(store));
    tap.events.on('packet', (packet) => this.take(packet));
    tap.events.on('senderReport', (report) => this.#report(report));
    tap.events.on('paused', (paused) => this.#setPaused(paused));
    tap.events.on('closed', () => this.#close());
    this.#timer = setInterval(() => {
      for (const inserter of this.#inserters) this.#send(inserter.expire(nowMs()));
    }, TICK_MS);
  }

  /** Adds a packet; duplicates are dropped. */
  take({ layer, bytes, arrivedMs }: TappedPacket): void {
    this.#send(this.#inserters[layer]?.push(bytes, arrivedMs) ?? []);
  }

  /**
   * Creates the track for viewers, which closes when the tap closes. Rejects if the tap closes in
   * the meantime.
   */
  async produce(router: types.Router): Promise<types.Producer> {
    const { tap } = this.#options;
    const transport = await router.createDirectTransport();
    this.#transport = transport;
    transport.on('rtcp', (packet) => {
      if (keyFrameRequests(packet).length > 0) tap.requestKeyFrame();
    });
    const producer = await transport.produce({
      kind: 'video',
      rtpParameters: tap.rtpParametersAs('video/H264', H264_PARAMETERS),
      paused: tap.paused,
      appData: tap.appData,
    });
    this.#producer = producer;
    await producer.enableTraceEvent(['sr']);
    if (this.#closed) {
      transport.close();
      throw new Error('the track was closed in the meantime');
    }
    return producer;
  }

  /** Releases the buffered packets. Must be called after all initial consumers exist. */
  start(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    this.#send(waiting);
  }

  #send(packets: readonly Buffer[]): void {
    if (this.#waiting) {
      this.#waiting.push(...packets);
      this.#waiting.splice(0, Math.max(0, this.#waiting.length - MAX_WAITING));
      return;
    }
    const producer = this.#producer;
    if (producer && !producer.closed) for (const packet of packets) producer.send(packet);
  }

  #report({ layer, ntpMs, rtpTime }: TappedReport): void {
    const ssrc = this.#options.tap.ssrcs[layer];
    if (ssrc === undefined || !this.#transport || this.#transport.closed) return;
    this.#transport.sendRtcp(senderReport({ ssrc, ntpMs, rtpTime }));
  }

  #setPaused(paused: boolean): void {
    const producer = this.#producer;
    if (!producer || producer.closed) return;
    (paused ? producer.pause() : producer.resume()).catch(() => {
      // The producer was closed in the meantime, so there is nothing to pause.
    });
  }

  #close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#waiting = null;
    this.#transport?.close();
  }
}

/** The router's parameters; see `media-codecs.ts`. */
const H264_PARAMETERS = {
  'packetization-mode': 1,
  'profile-level-id': '42e01f',
  'level-asymmetry-allowed': 1,
};

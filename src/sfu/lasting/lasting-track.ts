import type { types } from 'mediasoup';
import type { TappedPacket, TappedReport, TappedTrack } from '../../broadcast/ports/media.js';
import type { Clock } from '../../common/clock.js';
import { ABS_SEND_TIME, TRANSPORT_CC } from '../bandwidth-estimation.js';
import { startsWithOneKeyFrame } from '../key-frame-order.js';
import { followPauses, LoopbackPair } from '../loopback-pair.js';
import { isSameCodec } from '../numbering.js';
import { keyFrameRequests, senderReport } from '../rtcp.js';
import { LoopbackSocket } from './loopback-socket.js';
import type { PublisherClock } from './publisher-clock.js';
import { fillerBefore, RtpContinuation } from './rtp-continuation.js';
import { StreamClocks } from './stream-clocks.js';

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const ABS_CAPTURE_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';
/** The header extensions that every transport rewrites. */
const OF_ONE_HOP: ReadonlySet<string> = new Set([MID, ABS_SEND_TIME, TRANSPORT_CC]);
/** The CNAME of both audio and video, because players synchronize streams that share a CNAME. */
const CNAME = 'onair';

/**
 * The sender of the track: the worker, which passes on the first source's packets, or the Node
 * process, which rewrites the packets of later sources.
 */
type Feed =
  | Readonly<{ name: 'worker'; clocks: StreamClocks }>
  | Readonly<{ name: 'process'; socket: LoopbackSocket; layers: readonly RtpContinuation[] }>;

type Options = Readonly<{ router: types.Router; clock: Clock; publisherClock: PublisherClock }>;

/**
 * One track of a broadcast that outlives its publisher's connections. The track is continued with
 * the next audio or video source under the same SSRCs, so that viewers with a fixed session
 * description don't need a new one.
 */
export class LastingTrack {
  readonly producer: types.Producer;
  readonly #pair: LoopbackPair;
  readonly #codec: types.RtpCodecParameters;
  readonly #publisherClock: PublisherClock;
  readonly #clock: Clock;
  #feed: Feed;
  #source: TappedTrack | null = null;

  private constructor(
    producer: types.Producer,
    { pair, clock, publisherClock }: Omit<Options, 'router'> & { pair: LoopbackPair },
  ) {
    this.producer = producer;
    this.#pair = pair;
    this.#codec = codecOf(producer);
    this.#clock = clock;
    this.#publisherClock = publisherClock;
    this.#feed = { name: 'worker', clocks: new StreamClocks(producer, clock) };
    producer.observer.once('close', () => this.#closeFeed());
  }

  /** Creates a track whose first source is `original`. No media passes before {@link start}. */
  static async create({ router, ...options }: Options, original: types.Producer) {
    const pair = await LoopbackPair.open(router, router);
    try {
      const consumer = await pair.from.consume({ producerId: original.id });
      const producer = await pair.to.produce({
        kind: consumer.kind,
        rtpParameters: {
          codecs: consumer.rtpParameters.codecs,
          headerExtensions: passedExtensions(router, original),
          ...(consumer.rtpParameters.encodings && { encodings: consumer.rtpParameters.encodings }),
          rtcp: { cname: CNAME, reducedSize: true },
        },
        paused: consumer.producerPaused,
        appData: original.appData,
      });
      if (!consumer.closed) followPauses(consumer, producer);
      const track = new LastingTrack(producer, { pair, ...options });
      if (consumer.kind === 'video' && !startsWithOneKeyFrame(original)) await track.start();
      return track;
    } catch (error) {
      pair.close();
      throw error;
    }
  }

  /** Lets the first source's packets pass. Idempotent. */
  async start(): Promise<void> {
    if (this.#feed.name === 'worker') await this.#pair.connect();
  }

  /** Whether another source can continue this track. */
  takes(original: types.Producer): boolean {
    const codec = codecOf(original);
    return (
      original.kind === this.producer.kind &&
      (codec.channels ?? 1) === (this.#codec.channels ?? 1) &&
      isSameCodec(codec, this.#codec)
    );
  }

  /**
   * Ends the first source, so that the Node process can continue the track with another one. Has no
   * effect if the first source has already ended.
   */
  async takeOver(): Promise<void> {
    if (this.#feed.name === 'process') return;
    const { clocks } = this.#feed;
    await this.start();
    this.#pair.releaseSender();
    // After a pause, consumers continue their own sequence numbers, whichever number comes next.
    // The track's last number isn't known here.
    await this.producer.pause();
    await this.producer.resume();
    const socket = await LoopbackSocket.open(this.#pair.ports, (rtcp) => this.#received(rtcp));
    const { encodings = [] } = this.producer.rtpParameters;
    const layers = encodings.map(
      ({ ssrc = 0 }) => new RtpContinuation(ssrc, this.#codec.clockRate, clocks.at(ssrc)),
    );
    this.#feed = { name: 'process', socket, layers };
    if (this.producer.closed) this.#closeFeed();
  }

  /**
   * Continues with another source after {@link takeOver}. If the source has more layers than the
   * track, its highest layers are used.
   */
  follow(source: TappedTrack): void {
    if (this.#feed.name !== 'process') return;
    this.#source = source;
    for (const layer of this.#feed.layers) layer.begin();
    const isCurrent = () => this.#source === source && !this.producer.closed;
    source.events.on('packet', (packet) => isCurrent() && this.#pass(source, packet));
    source.events.on('senderReport', (report) => isCurrent() && this.#report(source, report));
    source.events.on('paused', (paused) => isCurrent() && this.#setPaused(paused));
    source.events.on('closed', () => {
      if (this.#source === source) this.#source = null;
    });
    this.#setPaused(source.paused);
  }

  close(): void {
    this.#source = null;
    this.#pair.close();
  }

  #pass(source: TappedTrack, { layer, bytes, arrivedMs }: TappedPacket): void {
    if (this.#feed.name !== 'process') return;
    const { socket } = this.#feed;
    const stream = this.#layer(source, layer);
    const isFirst = stream?.hasSent === false;
    const packet = stream?.packet(bytes, arrivedMs);
    if (!packet) return;
    if (isFirst) socket.send(fillerBefore(packet));
    socket.send(packet);
  }

  #report(source: TappedTrack, { layer, ntpMs: publisherMs, rtpTime }: TappedReport): void {
    // The worker's earlier reports refer to this machine's clock.
    const ntpMs = this.#publisherClock.localMs(publisherMs, this.#clock.nowMs());
    const stream = this.#layer(source, layer);
    const shifted = stream?.rtpTimeOf(rtpTime) ?? null;
    if (this.#feed.name === 'process' && stream && shifted !== null)
      this.#feed.socket.send(senderReport({ ssrc: stream.ssrc, ntpMs, rtpTime: shifted }));
  }

  #layer({ layerCount }: TappedTrack, layer: number): RtpContinuation | undefined {
    if (this.#feed.name !== 'process') return undefined;
    const { layers } = this.#feed;
    return layers[layer - Math.max(0, layerCount - layers.length)];
  }

  #received(rtcp: Buffer): void {
    if (keyFrameRequests(rtcp).length > 0) this.#source?.requestKeyFrame();
  }

  #setPaused(paused: boolean): void {
    if (paused === this.producer.paused) return;
    (paused ? this.producer.pause() : this.producer.resume()).catch(() => {
      // The producer was closed in the meantime, so there is nothing to pause.
    });
  }

  #closeFeed(): void {
    if (this.#feed.name === 'process') this.#feed.socket.close();
  }
}

function codecOf({ rtpParameters }: types.Producer): types.RtpCodecParameters {
  const [codec] = rtpParameters.codecs;
  if (!codec) throw new Error('a producer has no codec');
  return codec;
}

/** Returns the header extensions that transports pass on, with the router's ids. */
function passedExtensions(
  router: types.Router,
  { kind, rtpParameters }: types.Producer,
): types.RtpHeaderExtensionParameters[] {
  const isSent = (uri: string) =>
    rtpParameters.headerExtensions?.some((extension) => extension.uri === uri) ?? false;
  return (
    (router.rtpCapabilities.headerExtensions ?? [])
      .filter((extension) => extension.kind === kind && !OF_ONE_HOP.has(extension.uri))
      // mediasoup waits for every announced extension.
      .filter(({ uri }) => uri !== ABS_CAPTURE_TIME || isSent(uri))
      .map(({ uri, preferredId }) => ({ uri, id: preferredId }))
  );
}

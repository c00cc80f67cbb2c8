import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import type { TappedPacket, TappedReport, TappedTrack } from '../../broadcast/ports/media.js';
import { ABS_SEND_TIME, TRANSPORT_CC } from '../agreed-capabilities.js';
import { isSameCodec } from '../numbering.js';
import { senderReport } from './rtcp.js';
import { RtpContinuation } from './rtp-continuation.js';

const KEY_FRAME_REQUEST_DELAY_MS = 500;
const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const ABS_CAPTURE_TIME = 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time';
/** The header extensions that every transport rewrites. */
const OF_ONE_HOP: ReadonlySet<string> = new Set([MID, ABS_SEND_TIME, TRANSPORT_CC]);
/** The CNAME of both audio and video, because players synchronize streams that share a CNAME. */
const CNAME = 'onair';

type Site = Readonly<{ router: types.Router; transport: types.DirectTransport }>;

/**
 * One track of a broadcast that outlives its publisher's connections. The track is continued with
 * the next audio or video source under the same SSRCs, so that viewers with a fixed session
 * description don't need a new one.
 */
export class LastingTrack {
  readonly producer: types.Producer;
  readonly #transport: types.DirectTransport;
  readonly #codec: TappedTrack['codec'];
  readonly #layers: readonly RtpContinuation[];
  #source: TappedTrack | null = null;

  private constructor(
    producer: types.Producer,
    {
      transport,
      codec,
      layers,
    }: {
      transport: types.DirectTransport;
      codec: TappedTrack['codec'];
      layers: readonly RtpContinuation[];
    },
  ) {
    this.producer = producer;
    this.#transport = transport;
    this.#codec = codec;
    this.#layers = layers;
  }

  /** @param original the producer that is tapped */
  static async create(
    { router, transport }: Site,
    source: TappedTrack,
    original: types.Producer,
  ): Promise<LastingTrack> {
    const { codec } = source;
    // Adjacent numbers, as in a pipe.
    const ssrc = randomInt(1, 2 ** 31);
    const layers = Array.from(
      { length: source.layerCount },
      (_, layer) => new RtpContinuation(ssrc + layer, codec.clockRate),
    );
    const producer = await transport.produce({
      kind: source.kind,
      rtpParameters: {
        codecs: [routedCodec(router, source)],
        headerExtensions: passedExtensions(router, original),
        encodings: layers.map((layer, index) => {
          const { scalabilityMode } = original.rtpParameters.encodings?.[index] ?? {};
          return {
            ssrc: layer.ssrc,
            ...(scalabilityMode === undefined ? {} : { scalabilityMode }),
          };
        }),
        rtcp: { cname: CNAME, reducedSize: true },
      },
      paused: source.paused,
      keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
    });
    return new LastingTrack(producer, { transport, codec, layers });
  }

  /** Whether another source can continue this track. */
  takes({ kind, codec }: TappedTrack): boolean {
    return (
      kind === this.producer.kind &&
      codec.channels === this.#codec.channels &&
      isSameCodec(codec, this.#codec)
    );
  }

  has(ssrc: number): boolean {
    return this.#layers.some((layer) => layer.ssrc === ssrc);
  }

  /**
   * Continues with another source. If the source has more layers than the track, its highest layers
   * are used.
   */
  follow(source: TappedTrack): void {
    this.#source = source;
    for (const layer of this.#layers) layer.begin();
    const isCurrent = () => this.#source === source && !this.producer.closed;
    source.events.on('packet', (packet) => isCurrent() && this.#pass(source, packet));
    source.events.on('senderReport', (report) => isCurrent() && this.#report(source, report));
    source.events.on('paused', (paused) => isCurrent() && this.#setPaused(paused));
    source.events.on('closed', () => {
      if (this.#source === source) this.#source = null;
    });
    this.#setPaused(source.paused);
  }

  requestKeyFrame(): void {
    this.#source?.requestKeyFrame();
  }

  close(): void {
    this.#source = null;
    this.producer.close();
  }

  #pass(source: TappedTrack, { layer, bytes, arrivedMs }: TappedPacket): void {
    const packet = this.#layer(source, layer)?.packet(bytes, arrivedMs);
    if (packet) this.producer.send(packet);
  }

  #report(source: TappedTrack, { layer, ntpMs, rtpTime }: TappedReport): void {
    const stream = this.#layer(source, layer);
    const shifted = stream?.rtpTimeOf(rtpTime) ?? null;
    if (stream && shifted !== null)
      this.#transport.sendRtcp(senderReport({ ssrc: stream.ssrc, ntpMs, rtpTime: shifted }));
  }

  #layer({ layerCount }: TappedTrack, layer: number): RtpContinuation | undefined {
    return this.#layers[layer - Math.max(0, layerCount - this.#layers.length)];
  }

  #setPaused(paused: boolean): void {
    if (paused === this.producer.paused) return;
    (paused ? this.producer.pause() : this.producer.resume()).catch(() => {
      // The producer was closed in the meantime, so there is nothing to pause.
    });
  }
}

/** Returns the codec of tapped packets with the router's payload type. */
function routedCodec(router: types.Router, { codec }: TappedTrack): types.RtpCodecParameters {
  const routed = router.rtpCapabilities.codecs?.find((one) => isSameCodec(one, codec));
  if (!routed) throw new Error(`no routed codec matches the tapped ${codec.mimeType}`);
  return {
    mimeType: routed.mimeType,
    payloadType: routed.preferredPayloadType,
    clockRate: routed.clockRate,
    ...(routed.channels === undefined ? {} : { channels: routed.channels }),
    parameters: codec.parameters,
    // No packets are lost within this machine, so only key frames need to be requested.
    rtcpFeedback: (routed.rtcpFeedback ?? []).filter(
      ({ type, parameter }) =>
        (type === 'nack' && parameter === 'pli') || (type === 'ccm' && parameter === 'fir'),
    ),
  };
}

/** Returns the header extensions that are kept in tapped packets, with the router's ids. */
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

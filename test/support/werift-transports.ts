import {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpHeader,
  RtpPacket,
  useOPUS,
  useVP8,
} from 'werift';
import type {
  ConsumerOptions,
  DtlsParameters,
  MediaKind,
  RtpCapabilities,
  RtpParameters,
  TransportOptions,
} from '../../src/protocol/rtc.js';
import { publisherAnswer } from '../../src/sdp/answer.js';
import { clientDtls } from '../../src/http-rtc/reading-sdp.js';
import { readOffer } from '../../src/sdp/offer.js';
import { publishedTracks } from '../../src/sdp/published-tracks.js';
import { senderOffer } from '../../src/sdp/sender-description.js';

const SESSION = { id: 1, version: 1 };
const PACKET_MS = 20;
/**
 * The only parts of a VP8 key frame that a router reads: the start of the frame, and the key frame
 * bit.
 */
const VP8_KEY_FRAME = Buffer.from([0x10, 0x00, 0x00, 0x00, 0x9d, 0x01, 0x2a]);
const OPUS_FRAME = Buffer.from([0xf8, 0xff, 0xfe]);
const PAYLOADS: Readonly<Record<MediaKind, Buffer>> = { audio: OPUS_FRAME, video: VP8_KEY_FRAME };

type Connect = (dtlsParameters: DtlsParameters) => Promise<unknown>;

/** Sends synthetic Opus and VP8 over a transport of the server, using werift's WebRTC. */
export class WeriftSender {
  readonly #peer: RTCPeerConnection;
  readonly #timer: NodeJS.Timeout;

  private constructor(peer: RTCPeerConnection, tracks: ReadonlyMap<MediaKind, MediaStreamTrack>) {
    this.#peer = peer;
    let number = 0;
    this.#timer = setInterval(() => {
      if (peer.connectionState !== 'connected') return;
      number = (number + 1) & 0xffff;
      for (const [kind, track] of tracks)
        track.writeRtp(
          new RtpPacket(
            new RtpHeader({ marker: true, sequenceNumber: number, timestamp: number * 960 }),
            PAYLOADS[kind],
          ),
        );
    }, PACKET_MS);
  }

  static async open({
    kinds,
    transport,
    connect,
    produce,
  }: {
    kinds: readonly MediaKind[];
    transport: TransportOptions;
    connect: Connect;
    produce: (kind: MediaKind, rtpParameters: RtpParameters) => Promise<unknown>;
  }): Promise<WeriftSender> {
    const peer = new RTCPeerConnection({
      codecs: { audio: [useOPUS()], video: [useVP8()] },
      iceUseIpv6: false,
    });
    const tracks = new Map(kinds.map((kind) => [kind, new MediaStreamTrack({ kind })]));
    for (const track of tracks.values())
      peer.addTransceiver(track, { direction: 'sendonly', streams: [new MediaStream()] });
    await peer.setLocalDescription(await peer.createOffer());
    const offer = readOffer(peer.localDescription?.sdp ?? '');
    const published = publishedTracks(offer);
    await connect(clientDtls(offer.dtls));
    for (const { kind, rtpParameters } of published) await produce(kind, rtpParameters);
    const sdp = publisherAnswer({ offer, tracks: published, transport, session: SESSION });
    await peer.setRemoteDescription({ type: 'answer', sdp });
    return new WeriftSender(peer, tracks);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#peer.close();
  }
}

/** Receives at most one audio and one VP8 track over a transport of the server. */
export class WeriftReceiver {
  /** The number of RTP packets received so far. */
  readonly packets: Record<MediaKind, number> = { audio: 0, video: 0 };
  readonly #peer: RTCPeerConnection;

  private constructor(peer: RTCPeerConnection) {
    this.#peer = peer;
    peer.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe(() => {
        this.packets[track.kind as MediaKind] += 1;
      });
    });
  }

  static async open({
    tracks,
    capabilities,
    transport,
    connect,
  }: {
    tracks: readonly ConsumerOptions[];
    /** The capabilities that {@link weriftCapabilities} returned. */
    capabilities: RtpCapabilities;
    transport: TransportOptions;
    connect: Connect;
  }): Promise<WeriftReceiver> {
    const codecsOf = (wanted: MediaKind) =>
      capabilities.codecs
        .filter(({ kind }) => kind === wanted)
        .map(
          ({ mimeType, clockRate, preferredPayloadType: payloadType, channels }) =>
            new RTCRtpCodecParameters({
              mimeType,
              clockRate,
              payloadType,
              ...(channels === undefined ? {} : { channels }),
            }),
        );
    const peer = new RTCPeerConnection({
      codecs: { audio: codecsOf('audio'), video: codecsOf('video') },
      iceUseIpv6: false,
    });
    const receiver = new WeriftReceiver(peer);
    const sdp = senderOffer({ transport, agreed: capabilities, tracks, session: SESSION });
    await peer.setRemoteDescription({ type: 'offer', sdp });
    await peer.setLocalDescription(await peer.createAnswer());
    await connect(readOffer(peer.localDescription?.sdp ?? '').dtls);
    return receiver;
  }

  async close(): Promise<void> {
    await this.#peer.close();
  }
}

/** Returns the receive capabilities of {@link WeriftReceiver}: the router's Opus and VP8. */
export function weriftCapabilities({ codecs }: RtpCapabilities): RtpCapabilities {
  return {
    codecs: codecs
      .filter(({ mimeType }) => ['audio/opus', 'video/vp8'].includes(mimeType.toLowerCase()))
      .map((codec) => ({ ...codec, rtcpFeedback: [] })),
    headerExtensions: [],
  };
}

import { RTCPeerConnection, RTCRtpCodecParameters, type RtpPacket } from 'werift';

type Kind = 'audio' | 'video';
type Video = 'H264' | 'VP8';

/** A WHEP endpoint's response. */
export type WhepAnswer = Readonly<{ status: number; headers: Headers; text: string }>;

type Options = {
  url: string;
  channel: string;
  /** The payload types of this player. */
  payloadTypes: Readonly<Record<Kind, number>>;
  video?: Video;
  token?: string;
  cookie?: string;
  /** Receives each video packet. */
  onVideo?: (packet: Buffer) => void;
};

const FEEDBACK = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }];

/**
 * A WHEP player that isn't a browser: werift's WebRTC. Counts packets and records their sequence
 * numbers.
 */
export class WeriftViewer {
  readonly endpoint: string;
  /** The number of RTP packets received so far. */
  readonly packets: Record<Kind, number> = { audio: 0, video: 0 };
  readonly payloadTypes: Record<Kind, Set<number>> = { audio: new Set(), video: new Set() };
  readonly ssrcs: Record<Kind, Set<number>> = { audio: new Set(), video: new Set() };
  /** Sequence numbers that were far from the previous one with the same SSRC. */
  readonly jumps: string[] = [];
  readonly #sequences = new Map<number, number>();
  resource = '';
  etag = '';
  readonly #peer: RTCPeerConnection;
  readonly #identity: Record<string, string>;
  readonly #onVideo: (packet: Buffer) => void;

  constructor({
    url,
    channel,
    payloadTypes,
    video = 'H264',
    token,
    cookie,
    onVideo = () => undefined,
  }: Options) {
    this.#onVideo = onVideo;
    this.endpoint = `${url}/whep/${channel}`;
    this.#identity = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie }),
    };
    this.#peer = new RTCPeerConnection({
      codecs: {
        audio: [
          new RTCRtpCodecParameters({
            mimeType: 'audio/opus',
            clockRate: 48_000,
            channels: 2,
            payloadType: payloadTypes.audio,
          }),
        ],
        video: [videoCodec(video, payloadTypes.video)],
      },
      iceUseIpv6: false,
    });
    this.#peer.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe((packet) => this.#received(track.kind as Kind, packet));
    });
  }

  get state(): string {
    return this.#peer.connectionState;
  }

  /** Returns the offer with all candidates. */
  async offer(kinds: readonly Kind[] = ['audio', 'video']): Promise<string> {
    for (const kind of kinds) this.#peer.addTransceiver(kind, { direction: 'recvonly' });
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    return this.#peer.localDescription?.sdp ?? '';
  }

  /** Starts to watch with the player's own offer. */
  async watch(kinds?: readonly Kind[]): Promise<WhepAnswer> {
    const body = await this.offer(kinds);
    const answer = await this.request('POST', this.endpoint, { type: 'application/sdp', body });
    if (answer.status !== 201) return answer;
    this.#opened(answer);
    await this.#peer.setRemoteDescription({ type: 'answer', sdp: answer.text });
    return answer;
  }

  end(): Promise<WhepAnswer> {
    return this.request('DELETE', this.resource, {});
  }

  /** Disappears without notifying the endpoint. */
  async vanish(): Promise<void> {
    await this.#peer.close();
  }

  async request(
    method: string,
    url: string,
    { type, body, headers }: { type?: string; body?: string; headers?: Record<string, string> },
  ): Promise<WhepAnswer> {
    const response = await fetch(url, {
      method,
      headers: {
        ...this.#identity,
        ...(type === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  #opened({ headers }: WhepAnswer): void {
    this.resource = new URL(headers.get('location') ?? '', this.endpoint).href;
    this.etag = headers.get('etag') ?? '';
  }

  #received(kind: Kind, packet: RtpPacket): void {
    const { header } = packet;
    if (kind === 'video') this.#onVideo(packet.serialize());
    this.packets[kind] += 1;
    this.payloadTypes[kind].add(header.payloadType);
    this.ssrcs[kind].add(header.ssrc);
    const { ssrc, sequenceNumber } = header;
    const before = this.#sequences.get(ssrc) ?? sequenceNumber;
    const ahead = (sequenceNumber - before) & 0xffff;
    if (ahead > 500 && ahead < 0x1_0000 - 500) this.jumps.push(`${kind}: ${ahead}`);
    this.#sequences.set(ssrc, sequenceNumber);
  }
}

function videoCodec(video: Video, payloadType: number): RTCRtpCodecParameters {
  return new RTCRtpCodecParameters({
    mimeType: `video/${video}`,
    clockRate: 90_000,
    payloadType,
    rtcpFeedback: FEEDBACK,
    ...(video === 'H264'
      ? { parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f' }
      : {}),
  });
}

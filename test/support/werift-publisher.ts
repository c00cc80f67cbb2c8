import {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpSender,
  useOPUS,
  useVP8,
} from 'werift';
import { vi } from 'vitest';
import { type Film, FilmRtp } from './film-rtp.js';
import { LackingSets, type SetsSent } from './lacking-sets.js';

type Kind = 'audio' | 'video';
const H264_PROFILES = { baseline: '42e01f', main: '4d401f', high: '640c1f' } as const;

/** What a WHIP endpoint answered. */
export type WhipAnswer = Readonly<{ status: number; headers: Headers; text: string }>;

/** A WHIP publisher that is no browser: werift's WebRTC, FFmpeg's film. */
export class WeriftPublisher {
  readonly #endpoint: string;
  readonly #key: string;
  readonly #peer: RTCPeerConnection;
  readonly #tracks = new Map<Kind, MediaStreamTrack>();
  readonly #film: Film;
  /** When what was sent last was captured. */
  readonly #capturedMs = { audio: 0, video: 0 };
  readonly #editAnswer: (sdp: string) => string;
  readonly #sets: LackingSets;
  readonly #setsSent: SetsSent;
  /** The encoder has made something. */
  filmStarted = false;
  #source: FilmRtp | null = null;
  #resource: string | null = null;

  constructor({
    url,
    channel,
    key,
    film,
    editAnswer = (sdp) => sdp,
    parameterSets = 'each',
  }: {
    url: string;
    channel: string;
    key: string;
    film: Film;
    /** Changes the answer before it is taken, such as the addresses in it. */
    editAnswer?: (sdp: string) => string;
    /** Of H.264. */
    parameterSets?: SetsSent;
  }) {
    this.#endpoint = `${url}/whip/${channel}`;
    this.#key = key;
    this.#film = film;
    this.#editAnswer = editAnswer;
    this.#setsSent = parameterSets;
    this.#sets = new LackingSets(parameterSets);
    this.#peer = new RTCPeerConnection({
      codecs: { audio: [useOPUS()], video: [videoCodec(film)] },
      iceUseIpv6: false,
    });
    const stream = new MediaStream();
    for (const kind of ['video', 'audio'] as const) {
      if (kind === 'video' ? film.video === null : !film.audio) continue;
      const track = new MediaStreamTrack({ kind });
      stream.addTrack(track);
      this.#tracks.set(kind, track);
      const { sender } = this.#peer.addTransceiver(track, {
        direction: 'sendonly',
        streams: [stream],
      });
      tellRightTimes(sender, () => this.#capturedMs[kind]);
    }
  }

  /** The offer, with all candidates. */
  async offer(): Promise<string> {
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    const sdp = this.#peer.localDescription?.sdp ?? '';
    if (this.#setsSent !== 'offer') return sdp;
    await this.startFilm();
    await vi.waitUntil(() => this.#sets.sprop !== null, { timeout: 30_000, interval: 20 });
    return sdp.replaceAll(
      /^a=fmtp:.*packetization-mode=1.*$/gm,
      (line) => `${line};sprop-parameter-sets=${this.#sets.sprop}`,
    );
  }

  /** Publishes; media flows from then on, unless it is to be silent. */
  async publish({ silent = false } = {}): Promise<WhipAnswer> {
    const answer = await this.request('POST', this.#endpoint, {
      type: 'application/sdp',
      body: await this.offer(),
    });
    if (answer.status !== 201) return answer;
    this.#resource = new URL(answer.headers.get('location') ?? '', this.#endpoint).href;
    await this.#peer.setRemoteDescription({ type: 'answer', sdp: this.#editAnswer(answer.text) });
    if (!silent) await this.startFilm();
    return answer;
  }

  /** Begins to encode; what is made before the connection is there is lost. Does nothing the second time. */
  async startFilm(): Promise<void> {
    this.#source ??= await FilmRtp.start(this.#film, (kind, packet, capturedMs) => {
      this.filmStarted = true;
      this.#capturedMs[kind] = capturedMs;
      const isConnected = this.#peer.connectionState === 'connected';
      const isH264 = kind === 'video' && this.#film.video === 'h264';
      const sent = isH264 ? this.#sets.take(packet, isConnected) : packet;
      if (isConnected && sent) this.#tracks.get(kind)?.writeRtp(sent);
    });
  }

  /** Sends nothing any more, and keeps its connection. */
  async fallSilent(): Promise<void> {
    await this.#source?.stop();
    this.#source = null;
  }

  get state(): string {
    return this.#peer.connectionState;
  }

  /** Stops sending and says so, as a program does that is told to stop. */
  async end(): Promise<WhipAnswer> {
    await this.vanish();
    return this.request('DELETE', this.#resource ?? this.#endpoint, {});
  }

  /** Its media is gone without a word to the endpoint. */
  async vanish(): Promise<void> {
    await this.fallSilent();
    await this.#peer.close();
  }

  async request(
    method: string,
    url: string,
    { type, body, headers }: { type?: string; body?: string; headers?: Record<string, string> },
  ): Promise<WhipAnswer> {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(type === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}

const NTP_AHEAD_MS = -Date.UTC(1900, 0, 1);

/**
 * werift's sender reports have the decimals of a second where RFC 3550 6.4.1 has 2^32nds of it, and the time at which a
 * packet was sent where that of its capture is meant.
 * @param capturedMs when what is sent now was captured, milliseconds since 1970
 */
function tellRightTimes(sender: RTCRtpSender, capturedMs: () => number): void {
  let ntp = 0n;
  Object.defineProperty(sender, 'ntpTimestamp', {
    get: () => ntp,
    // With each packet.
    set: () => {
      ntp = (BigInt(Math.round((capturedMs() + NTP_AHEAD_MS) * 1_000)) << 32n) / 1_000_000n;
    },
  });
}

function videoCodec({ video, profile = 'baseline' }: Film): RTCRtpCodecParameters {
  if (video === 'vp8') return useVP8();
  return new RTCRtpCodecParameters({
    mimeType: 'video/H264',
    clockRate: 90_000,
    rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    parameters: `profile-level-id=${H264_PROFILES[profile]};packetization-mode=1;level-asymmetry-allowed=1`,
  });
}

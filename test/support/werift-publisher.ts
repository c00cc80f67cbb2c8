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

/** A WHIP endpoint's response. */
export type WhipAnswer = Readonly<{ status: number; headers: Headers; text: string }>;

/** A WHIP publisher that isn't a browser: werift's WebRTC with a film from FFmpeg. */
export class WeriftPublisher {
  readonly #endpoint: string;
  readonly #key: string;
  readonly #peer: RTCPeerConnection;
  readonly #tracks = new Map<Kind, MediaStreamTrack>();
  readonly #film: Film;
  /** The capture time of the last packet sent. */
  readonly #capturedMs = { audio: 0, video: 0 };
  readonly #editAnswer: (sdp: string) => string;
  readonly #sets: LackingSets;
  readonly #setsSent: SetsSent;
  /** Whether the encoder has produced anything. */
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
    /** Edits the answer, for example its addresses, before it is applied. */
    editAnswer?: (sdp: string) => string;
    /** How H.264 parameter sets are sent. */
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

  /** Returns the offer with all candidates. */
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

  /** Publishes. Media flows from then on, unless `silent` is true. */
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

  /** Starts to encode. Packets are dropped until the connection is open. Idempotent. */
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

  /** Stops sending, but keeps the connection open. */
  async fallSilent(): Promise<void> {
    await this.#source?.stop();
    this.#source = null;
  }

  get state(): string {
    return this.#peer.connectionState;
  }

  /** Stops sending and deletes the session, as an encoder does when it exits. */
  async end(): Promise<WhipAnswer> {
    await this.vanish();
    return this.request('DELETE', this.#resource ?? this.#endpoint, {});
  }

  /** Stops sending and closes the connection, but doesn't delete the session. */
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
 * Corrects werift's sender reports: their timestamps contain decimal fractions of a second instead
 * of units of 2^-32 s (RFC 3550, section 6.4.1), and the time of sending instead of capture.
 * @param capturedMs the capture time of the current packet, in ms since 1970
 */
function tellRightTimes(sender: RTCRtpSender, capturedMs: () => number): void {
  let ntp = 0n;
  Object.defineProperty(sender, 'ntpTimestamp', {
    get: () => ntp,
    // werift sets this with each packet.
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

import {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpSender,
  RtpHeader,
  RtpPacket,
  useSdesMid,
  useSdesRTPStreamId,
} from 'werift';
import type { EncodedLayer } from './numbered-film.js';

/** The ids of the layers, lowest first. */
const RIDS = ['low', 'mid', 'high'];
const NTP_AHEAD_MS = -Date.UTC(1900, 0, 1);

/**
 * A frame's RTP timestamp, before wrapping. `wild`: the timestamp is wrong, but sender reports
 * still follow the layer's clock.
 */
export type RtpTime = Readonly<{ ticks: number; wild: boolean }>;

type Options = Readonly<{
  url: string;
  channel: string;
  key: string;
  /** The layers, lowest first, at most three. A frame without payloads isn't sent. */
  layers: readonly EncodedLayer[];
  framesPerSecond: number;
  /** Whether the packets of the highest layer are sent first, as libwebrtc does. */
  bestFirst?: boolean;
  clock: (layer: number, frame: number) => RtpTime;
}>;

/**
 * Publishes simulcast layers over WHIP. They are encoded in advance, so key-frame requests have no
 * effect. werift sends one stream per track, so each layer has its own sender on the track's
 * transport.
 */
export class SimulcastPublisher {
  readonly #options: Options;
  readonly #peer: RTCPeerConnection;
  readonly #layers: readonly SentLayer[];
  #stopped = false;
  #resource: string | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#layers = options.layers.map((frames, i) => new SentLayer(RIDS[i]!, frames));
    this.#peer = new RTCPeerConnection({
      codecs: {
        video: [
          new RTCRtpCodecParameters({
            mimeType: 'video/H264',
            clockRate: 90_000,
            rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
            parameters: 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1',
          }),
        ],
        audio: [],
      },
      headerExtensions: { video: [useSdesMid(), useSdesRTPStreamId()], audio: [] },
      iceUseIpv6: false,
    });
  }

  /**
   * Resolves when media can be sent.
   * @throws if the endpoint rejects the offer
   */
  async publish(): Promise<void> {
    const { url, channel, key } = this.#options;
    const track = new MediaStreamTrack({ kind: 'video' });
    const transceiver = this.#peer.addTransceiver(track, {
      direction: 'sendonly',
      streams: [new MediaStream([track])],
      simulcast: this.#layers.map(({ rid }) => ({ rid, direction: 'send' as const })),
    });
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    const answer = await fetch(`${url}/whip/${channel}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/sdp' },
      // Layers are identified by rid, because werift knows the SSRC of only one layer.
      body: (this.#peer.localDescription?.sdp ?? '').replaceAll(/^a=ssrc.*\r\n/gm, ''),
    });
    const sdp = await answer.text();
    if (answer.status !== 201) throw new Error(`WHIP: ${answer.status} ${sdp}`);
    this.#resource = new URL(answer.headers.get('location') ?? '', `${url}/whip/${channel}`).href;
    await this.#peer.setRemoteDescription({ type: 'answer', sdp });
    const { dtlsTransport, codecs, headerExtensions, mid } = transceiver;
    for (const { rid, sender } of this.#layers) {
      sender.setDtlsTransport(dtlsTransport);
      const rtcp = { cname: 'layers', ssrc: sender.ssrc, mux: true };
      const muxId = mid ?? '0';
      sender.prepareSend({ codecs, headerExtensions, muxId, rtpStreamId: rid, rtcp });
    }
    dtlsTransport.onRtcp.subscribe((packet) => {
      const feedback = 'feedback' in packet ? packet.feedback : null;
      if (!feedback || !('mediaSourceSsrc' in feedback)) return;
      const layer = this.#layers.find(({ sender }) => sender.ssrc === feedback.mediaSourceSsrc);
      layer?.sender.handleRtcpPacket(packet);
    });
    if (this.#peer.connectionState !== 'connected')
      await this.#peer.connectionStateChange.watch((state) => state === 'connected', 60_000);
  }

  /** Sends the film in real time; resolves after its last frame. */
  async send(): Promise<void> {
    const { framesPerSecond, clock, bestFirst = false } = this.#options;
    const layers = [...this.#layers.entries()];
    if (bestFirst) layers.reverse();
    const startMs = performance.now();
    const count = Math.max(...this.#layers.map(({ frames }) => frames.length));
    for (let frame = 0; frame < count && !this.#stopped; frame += 1) {
      const atMs = startMs + (frame / framesPerSecond) * 1_000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - performance.now())));
      for (const [i, layer] of layers)
        layer.send(frame, clock(i, frame), performance.timeOrigin + atMs);
    }
  }

  /** Stops sending and deletes the session. Idempotent. */
  async end(): Promise<void> {
    this.#stopped = true;
    for (const { sender } of this.#layers) sender.stop();
    await this.#peer.close();
    if (this.#resource === null) return;
    const headers = { authorization: `Bearer ${this.#options.key}` };
    await fetch(this.#resource, { method: 'DELETE', headers });
    this.#resource = null;
  }
}

class SentLayer {
  readonly rid: string;
  readonly frames: EncodedLayer;
  readonly sender = new RTCRtpSender('video');
  #sequenceNumber = 65_000;
  #reported = { ntp: 0n, ticks: 0 };

  constructor(rid: string, frames: EncodedLayer) {
    this.rid = rid;
    this.frames = frames;
    // Sender reports contain capture times (RFC 3550, section 6.4.1). werift would use the time of
    // sending.
    const told = (get: () => bigint | number) => ({ get, set: () => undefined });
    Object.defineProperty(
      this.sender,
      'ntpTimestamp',
      told(() => this.#reported.ntp),
    );
    Object.defineProperty(
      this.sender,
      'rtpTimestamp',
      told(() => this.#reported.ticks),
    );
  }

  send(frame: number, { ticks, wild }: RtpTime, capturedMs: number): void {
    const ntp = (BigInt(Math.round((capturedMs + NTP_AHEAD_MS) * 1_000)) << 32n) / 1_000_000n;
    const timestamp = ((ticks % 2 ** 32) + 2 ** 32) % 2 ** 32;
    if (!wild) this.#reported = { ntp, ticks: timestamp };
    const payloads = this.frames[frame] ?? [];
    for (const [i, payload] of payloads.entries()) {
      const sequenceNumber = (this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff);
      const marker = i === payloads.length - 1;
      const header = new RtpHeader({ sequenceNumber, timestamp, marker, payloadType: 96 });
      void this.sender.sendRtp(new RtpPacket(header, Buffer.from(payload)));
    }
  }
}

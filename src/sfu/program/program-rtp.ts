import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import type { ClockAnchor } from '../../broadcast/ports/unit-track.js';
import { RtpWriter } from '../../media/rtp/rtp-writer.js';
import { senderReport } from '../rtcp.js';
import { RtpClock } from './rtp-clock.js';

/** The maximum number of packets that wait for the producer; later ones are dropped. */
const WAITING_MAX = 2_048;
const PAYLOAD_TYPE = 96;
/**
 * mediasoup estimates a sender's clock from at least this many reports, and ignores reports about
 * an SSRC before its first packet. Until then, its own reports to viewers assume that packets are
 * captured when they arrive.
 */
const FIRST_REPORTS = 3;

const CODECS = {
  h264: {
    kind: 'video',
    timescale: 1_000,
    codec: {
      mimeType: 'video/H264',
      clockRate: 90_000,
      // The router's parameters; see `media-codecs.ts`.
      parameters: {
        'packetization-mode': 1,
        'profile-level-id': '42e01f',
        'level-asymmetry-allowed': 1,
      },
    },
  },
  opus: {
    kind: 'audio',
    timescale: 48_000,
    codec: {
      mimeType: 'audio/opus',
      clockRate: 48_000,
      channels: 2,
      parameters: { 'sprop-stereo': 1, useinbandfec: 0 },
    },
  },
} as const;

type Options = Readonly<{
  codec: keyof typeof CODECS;
  transport: types.DirectTransport;
  /** The time on the server's clock. */
  nowMs: () => number;
  onProducer: (producer: types.Producer) => void;
  /** Called if the track can't be created, unless the transport has closed. */
  onError: (error: unknown) => void;
}>;

/** Offers one of a publisher's tracks to viewers, as RTP. */
export class ProgramRtp {
  readonly #options: Options;
  readonly #ssrc = randomInt(1, 2 ** 32 - 1);
  readonly #writer = new RtpWriter({ ssrc: this.#ssrc, payloadType: PAYLOAD_TYPE });
  readonly #clock: RtpClock;
  /** Null once the producer exists. */
  #waiting: Buffer[] | null = [];
  #producer: types.Producer | null = null;
  #anchor: ClockAnchor | null = null;
  /** How many of the first packets still have to be followed by a report. */
  #reportsDue = FIRST_REPORTS;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    const { timescale, codec } = CODECS[options.codec];
    this.#clock = new RtpClock({ timescale, clockRate: codec.clockRate });
    this.#produce().catch((error: unknown) => {
      if (!this.#closed && !options.transport.closed) options.onError(error);
    });
  }

  /**
   * Sends the payloads of the next unit. The last one gets the marker bit if the codec uses it.
   * @param times the unit's times in the track's ticks, and its arrival time in milliseconds
   */
  send(
    payloads: readonly (readonly Uint8Array[])[],
    times: Readonly<{ decodeTime: number; shownTime: number; arrivedMs: number }>,
  ): void {
    this.#clock.advance(times.decodeTime, times.arrivedMs);
    const rtpTime = this.#clock.rtpTimeOf(times.shownTime);
    const isVideo = this.#options.codec === 'h264';
    for (const [place, payload] of payloads.entries())
      this.#emit(
        this.#writer.write(payload, { rtpTime, marker: isVideo && place === payloads.length - 1 }),
      );
  }

  /** Sets the track's clock, with which viewers synchronize both tracks. */
  setClock(anchor: ClockAnchor): void {
    this.#anchor = anchor;
    this.#report();
  }

  /**
   * Sends a sender report for the present, not for the anchor's time (RFC 3550, section 6.4.1):
   * mediasoup derives the offset of the sender's clock from the time at which the report arrives.
   */
  #report(): void {
    const { transport, nowMs, codec } = this.#options;
    if (this.#anchor === null || this.#waiting !== null || transport.closed) return;
    const ntpMs = nowMs();
    const elapsedMs = ntpMs - this.#anchor.capturedMs;
    const time = this.#anchor.time + (elapsedMs * CODECS[codec].timescale) / 1_000;
    const rtpTime = this.#clock.rtpTimeOf(time);
    transport.sendRtcp(senderReport({ ssrc: this.#ssrc, ntpMs, rtpTime }));
  }

  close(): void {
    this.#closed = true;
    this.#waiting = null;
    this.#producer?.close();
  }

  async #produce(): Promise<void> {
    const { codec: name, transport, onProducer } = this.#options;
    const { kind, codec } = CODECS[name];
    const producer = await transport.produce({
      kind,
      rtpParameters: {
        codecs: [{ ...codec, payloadType: PAYLOAD_TYPE }],
        encodings: [{ ssrc: this.#ssrc }],
      },
      appData: { mimeType: codec.mimeType, reportsTell: 'capture', isMadeOfUnits: true },
    });
    if (this.#closed) return producer.close();
    this.#producer = producer;
    onProducer(producer);
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const packet of waiting) this.#emit(packet);
  }

  #emit(packet: Buffer): void {
    if (this.#waiting) {
      if (this.#waiting.length < WAITING_MAX) this.#waiting.push(packet);
      return;
    }
    if (!this.#producer || this.#producer.closed) return;
    this.#producer.send(packet);
    if (this.#reportsDue === 0 || this.#anchor === null) return;
    this.#reportsDue -= 1;
    this.#report();
  }
}

/** Whether a producer's track is also available as access units, which the packager uses. */
export const isMadeOfUnits = ({ appData }: Pick<types.Producer, 'appData'>): boolean =>
  appData.isMadeOfUnits === true;

import type { Depacketizer } from './depacketizer.js';
import type { ArrivedPacket } from './rtp-packet.js';

/**
 * The effect of a payload. `damaged` means that the payload doesn't continue the previous ones, or
 * that its unit is too large.
 */
export type PayloadResult = 'more' | 'unit-complete' | 'damaged';

type Content = Readonly<{ keyFrame: boolean }>;

/** A codec's payload format. Assembles payloads with one RTP timestamp, and never throws. */
export interface PayloadFormat<C extends Content> {
  /**
   * Whether every sender must mark the last packet of a unit. If not, some senders' units end only
   * when the RTP time changes.
   */
  readonly endIsMarked: boolean;
  /**
   * Whether this payload certainly starts a unit. A format may recognize only units that can be
   * decoded independently.
   */
  beginsUnit(payload: Uint8Array): boolean;
  /** Adds the next payload, which is never empty. */
  add(payload: Uint8Array): PayloadResult;
  /**
   * Returns the assembled unit, null if it contains no frame, or `damaged` if its frame cannot be
   * decoded.
   */
  content(): C | null | 'damaged';
  /** Starts the next unit, discarding the current one. */
  discard(): void;
}

/**
 * The logic common to all video formats. A unit ends with the marker bit, or when the RTP time
 * changes. After a loss, and after anything that cannot be decoded, units are withheld until a
 * complete key frame arrives.
 *
 * A unit may be cut short even if no sequence number is missing. When a key frame begins, Chromium
 * discards the rest of the previous frame, and only packets that are sent get a sequence number.
 * After a pause, mediasoup continues with a key frame and closes the gap in sequence numbers.
 */
export class VideoDepacketizer<C extends Content> implements Depacketizer<
  C & { rtpTime: number; arrivedMs: number }
> {
  readonly #format: PayloadFormat<C>;
  #needsKeyFrame = true;
  /**
   * Whether packets before the next one may be missing, as they always are when a stream is joined.
   */
  #afterLoss = true;
  /** The RTP time of the unit in progress. */
  #rtpTime: number | null = null;
  #arrivedMs = 0;
  /** Whether the sender has set the marker bit on any packet. */
  #setsMarker = false;
  /** The RTP time of a damaged unit, whose other packets are skipped. */
  #skippedRtpTime: number | null = null;

  constructor(format: PayloadFormat<C>) {
    this.#format = format;
  }

  get needsKeyFrame(): boolean {
    return this.#needsKeyFrame;
  }

  push(packet: ArrivedPacket): (C & { rtpTime: number; arrivedMs: number })[] {
    const units: (C & { rtpTime: number; arrivedMs: number })[] = [];
    // Bandwidth probes contain only padding, with the RTP time of some frame.
    if (packet.payload.length === 0) return units;
    if (this.#rtpTime !== null && this.#rtpTime !== packet.rtpTime)
      this.#finish(units, { cutShort: this.#isCutShortBy(packet) });
    this.#setsMarker ||= packet.marker;
    if (this.#isSkipped(packet)) {
      if (packet.marker) this.#skippedRtpTime = null;
      return units;
    }
    this.#arrivedMs =
      this.#rtpTime === null ? packet.arrivedMs : Math.max(this.#arrivedMs, packet.arrivedMs);
    this.#rtpTime = packet.rtpTime;
    const result = this.#format.add(packet.payload);
    if (result === 'damaged') {
      this.#drop();
      this.#skippedRtpTime = packet.marker ? null : packet.rtpTime;
    } else if (result === 'unit-complete' || packet.marker) {
      this.#finish(units);
    }
    return units;
  }

  lost(): void {
    this.#drop();
    this.#skippedRtpTime = null;
    this.#afterLoss = true;
  }

  /**
   * Whether to skip a packet. The first packets after a loss may be the rest of a unit, which would
   * look like a complete one.
   */
  #isSkipped({ payload, rtpTime }: ArrivedPacket): boolean {
    if (this.#afterLoss) {
      this.#afterLoss = false;
      if (!this.#format.beginsUnit(payload)) this.#skippedRtpTime = rtpTime;
    }
    if (this.#skippedRtpTime !== rtpTime) this.#skippedRtpTime = null;
    return this.#skippedRtpTime !== null;
  }

  /** Whether the unit in progress, whose end is not marked, is incomplete. */
  #isCutShortBy(next: ArrivedPacket): boolean {
    const { endIsMarked } = this.#format;
    return endIsMarked || (this.#setsMarker && this.#format.beginsUnit(next.payload));
  }

  #finish(units: (C & { rtpTime: number; arrivedMs: number })[], { cutShort = false } = {}): void {
    const rtpTime = this.#rtpTime ?? 0;
    const content = this.#format.content();
    this.#format.discard();
    this.#rtpTime = null;
    if (content === 'damaged' || (content !== null && cutShort)) {
      this.#needsKeyFrame = true;
    } else if (content !== null && (content.keyFrame || !this.#needsKeyFrame)) {
      this.#needsKeyFrame = false;
      units.push({ ...content, rtpTime, arrivedMs: this.#arrivedMs });
    }
  }

  #drop(): void {
    this.#format.discard();
    this.#rtpTime = null;
    this.#needsKeyFrame = true;
  }
}

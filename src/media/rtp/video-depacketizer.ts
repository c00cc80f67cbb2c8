import type { Depacketizer } from './depacketizer.js';
import type { ArrivedPacket } from './rtp-packet.js';

/**
 * The effect of a payload. `damaged`: it does not fit the previous ones, or its unit is too large.
 */
export type PayloadResult = 'more' | 'unit-complete' | 'damaged';

type Content = Readonly<{ keyFrame: boolean }>;

/** A codec's payload format: assembles payloads with one RTP timestamp. Never throws. */
export interface PayloadFormat<C extends Content> {
  /** Whether this payload starts a unit that can be decoded independently. */
  beginsUnit(payload: Uint8Array): boolean;
  /** Adds the next payload, which is never empty. */
  add(payload: Uint8Array): PayloadResult;
  /**
   * Returns the assembled unit. null: it contains no picture; `damaged`: it contains one that
   * cannot be decoded.
   */
  content(): C | null | 'damaged';
  /** Starts the next unit, discarding the current one. */
  discard(): void;
}

/**
 * The common logic of all video formats: a unit ends with the marker bit or where the RTP time
 * changes. After a loss, and after anything that cannot be decoded, units are held back until a
 * complete key frame.
 */
export class VideoDepacketizer<C extends Content> implements Depacketizer<
  C & { rtpTime: number; arrivedMs: number }
> {
  readonly #format: PayloadFormat<C>;
  #needsKeyFrame = true;
  /** Packets before the next one may be missing, as when joining a stream. */
  #afterLoss = true;
  /** The RTP time of the unit in progress. */
  #rtpTime: number | null = null;
  #arrivedMs = 0;
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
    if (this.#rtpTime !== null && this.#rtpTime !== packet.rtpTime) this.#finish(units);
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

  /** The first packets after a loss may be the rest of a unit that looks complete. */
  #isSkipped({ payload, rtpTime }: ArrivedPacket): boolean {
    if (this.#afterLoss) {
      this.#afterLoss = false;
      if (!this.#format.beginsUnit(payload)) this.#skippedRtpTime = rtpTime;
    }
    if (this.#skippedRtpTime !== rtpTime) this.#skippedRtpTime = null;
    return this.#skippedRtpTime !== null;
  }

  #finish(units: (C & { rtpTime: number; arrivedMs: number })[]): void {
    const rtpTime = this.#rtpTime ?? 0;
    const content = this.#format.content();
    this.#format.discard();
    this.#rtpTime = null;
    if (content === 'damaged') {
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

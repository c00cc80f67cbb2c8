import type { Depacketizer } from './depacketizer.js';
import type { ArrivedPacket } from '../../rtp/rtp-packet.js';

/** What a payload did: `damaged`, if it doesn't fit those before it, or the unit it belongs to is too large. */
export type PayloadResult = 'more' | 'unit-complete' | 'damaged';

type Content = Readonly<{ keyFrame: boolean }>;

/** One codec's payload format: puts payloads of one RTP time together. Never throws. */
export interface PayloadFormat<C extends Content> {
  /** Whether a unit that can be decoded begins with this payload, whatever was before it. */
  beginsUnit(payload: Uint8Array): boolean;
  /** Takes the next payload, which is never empty. */
  add(payload: Uint8Array): PayloadResult;
  /** The unit that was put together. null: there's no picture in it; `damaged`: there is one that can't be decoded. */
  content(): C | null | 'damaged';
  /** Begins the next unit, without what was put together. */
  discard(): void;
}

/**
 * What all video formats have in common: a unit ends with the marker or where the RTP time changes; after a
 * loss, and after anything that can't be decoded, units are held back until a whole key frame.
 */
export class VideoDepacketizer<C extends Content> implements Depacketizer<
  C & { rtpTime: number; arrivedMs: number }
> {
  readonly #format: PayloadFormat<C>;
  #needsKeyFrame = true;
  /** Packets before the next one may be missing, as they are when a stream is joined. */
  #afterLoss = true;
  /** Of the unit that is being put together. */
  #rtpTime: number | null = null;
  #arrivedMs = 0;
  /** RTP time of a damaged unit, whose other packets are passed over. */
  #skippedRtpTime: number | null = null;

  constructor(format: PayloadFormat<C>) {
    this.#format = format;
  }

  get needsKeyFrame(): boolean {
    return this.#needsKeyFrame;
  }

  push(packet: ArrivedPacket): (C & { rtpTime: number; arrivedMs: number })[] {
    const units: (C & { rtpTime: number; arrivedMs: number })[] = [];
    // Probes for bandwidth have padding only, and the RTP time of some frame.
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

  /** The first packets after a loss may be the rest of a unit, which then looks like a whole one. */
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

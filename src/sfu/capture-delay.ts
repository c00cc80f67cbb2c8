import { type SenderReport, unixMsOf } from './sender-report.js';

const VIDEO_CLOCK_RATE = 90_000;

/**
 * How long a frame takes from capture to here. A sender report ties the stream's RTP clock to the
 * publisher's wall clock, so each packet's timestamp tells when its frame was captured.
 */
export class CaptureDelay {
  readonly #reports = new Map<number, SenderReport>();

  addReport(report: SenderReport): void {
    // One for each simulcast layer and its repeats: a few. Streams that ended don't add up.
    if (this.#reports.size > 32) this.#reports.clear();
    this.#reports.set(report.ssrc, report);
  }

  /**
   * Milliseconds from the frame's capture (publisher's clock) to `arrivedMs` (our clock), or null
   * while no report of that stream is known.
   */
  of({
    ssrc,
    rtpTime,
    arrivedMs,
  }: {
    ssrc: number;
    rtpTime: number;
    arrivedMs: number;
  }): number | null {
    const report = this.#reports.get(ssrc);
    if (!report) return null;
    // RTP time is modulo 2^32: the difference as a signed number is right across the wrap.
    const ticks = (rtpTime - report.rtpTs) | 0;
    return arrivedMs - (unixMsOf(report) + (ticks * 1_000) / VIDEO_CLOCK_RATE);
  }
}

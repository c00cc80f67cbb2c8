import { type SenderReport, unixMsOf } from './sender-report.js';

const VIDEO_CLOCK_RATE = 90_000;

/**
 * Measures the delay of frames from capture to the server. A sender report relates the stream's RTP
 * clock to the publisher's wall clock, so the capture time of a frame can be computed from its
 * packets' timestamp.
 */
export class CaptureDelay {
  readonly #reports = new Map<number, SenderReport>();

  addReport(report: SenderReport): void {
    // There are only a few streams at a time: one per simulcast layer and its retransmissions. The
    // map is cleared so that ended streams don't accumulate.
    if (this.#reports.size > 32) this.#reports.clear();
    this.#reports.set(report.ssrc, report);
  }

  /**
   * Returns the milliseconds from the frame's capture (publisher's clock) to `arrivedMs` (server's
   * clock), or null until a report for that stream arrives.
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
    // RTP time wraps at 2^32; the signed difference is correct across the wrap.
    const ticks = (rtpTime - report.rtpTs) | 0;
    return arrivedMs - (unixMsOf(report) + (ticks * 1_000) / VIDEO_CLOCK_RATE);
  }
}

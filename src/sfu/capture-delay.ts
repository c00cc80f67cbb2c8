import { type SenderReport, unixMsOf } from './sender-report.js';

const VIDEO_CLOCK_RATE = 90_000;

/**
 * Measures the delay of frames from capture to the server. A sender report ties the stream's RTP
 * clock to the publisher's wall clock, so a packet's timestamp gives the capture time of its frame.
 */
export class CaptureDelay {
  readonly #reports = new Map<number, SenderReport>();

  addReport(report: SenderReport): void {
    // One for each simulcast layer and its retransmissions: a few. Prevents ended streams from
    // accumulating.
    if (this.#reports.size > 32) this.#reports.clear();
    this.#reports.set(report.ssrc, report);
  }

  /**
   * Returns the milliseconds from the frame's capture (publisher's clock) to `arrivedMs` (server's
   * clock), or null while no report of that stream is known.
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
    // RTP time is modulo 2^32: the signed difference is correct across the wrap.
    const ticks = (rtpTime - report.rtpTs) | 0;
    return arrivedMs - (unixMsOf(report) + (ticks * 1_000) / VIDEO_CLOCK_RATE);
  }
}

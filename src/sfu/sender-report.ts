import type { types } from 'mediasoup';
import { z } from 'zod';
import type { ReportedMoment } from '../broadcast/ports/media.js';

const NTP_TO_UNIX_MS = 2_208_988_800_000;

/** An RTCP sender report (RFC 3550 6.4.1), as it appears in mediasoup's `sr` trace. */
export const SenderReport = z.object({
  ssrc: z.number(),
  ntpSec: z.number(),
  ntpFrac: z.number(),
  rtpTs: z.number(),
});
export type SenderReport = z.output<typeof SenderReport>;

/**
 * Returns the time of the report on the sender's clock, in milliseconds since 1970, not rounded.
 */
export function unixMsOf({ ntpSec, ntpFrac }: Pick<SenderReport, 'ntpSec' | 'ntpFrac'>): number {
  return ntpSec * 1_000 + (ntpFrac / 2 ** 32) * 1_000 - NTP_TO_UNIX_MS;
}

/** The inverse of {@link unixMsOf}. */
export function ntpOf(unixMs: number): Pick<SenderReport, 'ntpSec' | 'ntpFrac'> {
  const seconds = (unixMs + NTP_TO_UNIX_MS) / 1_000;
  const ntpSec = Math.floor(seconds);
  const ntpFrac = Math.min(2 ** 32 - 1, Math.round((seconds - ntpSec) * 2 ** 32));
  return { ntpSec: ntpSec % 2 ** 32, ntpFrac };
}

/**
 * Returns the moment to which a producer's sender reports refer, as given to {@link
 * PublisherMedia.produce}.
 */
export function reportsTellOf({ appData }: Pick<types.Producer, 'appData'>): ReportedMoment {
  return appData.reportsTell === 'sending' ? 'sending' : 'capture';
}

import type { types } from 'mediasoup';
import { z } from 'zod';
import type { ReportedMoment } from '../broadcast/ports/media.js';

const NTP_TO_UNIX_MS = 2_208_988_800_000;

/** What mediasoup's `sr` trace carries: an RTCP sender report (RFC 3550 6.4.1). */
export const SenderReport = z.object({
  ssrc: z.number(),
  ntpSec: z.number(),
  ntpFrac: z.number(),
  rtpTs: z.number(),
});
export type SenderReport = z.output<typeof SenderReport>;

/** When the report was made, milliseconds since 1970 by the sender's clock, with a fraction. */
export function unixMsOf({ ntpSec, ntpFrac }: Pick<SenderReport, 'ntpSec' | 'ntpFrac'>): number {
  return ntpSec * 1_000 + (ntpFrac / 2 ** 32) * 1_000 - NTP_TO_UNIX_MS;
}

/** The reverse of {@link unixMsOf}. */
export function ntpOf(unixMs: number): Pick<SenderReport, 'ntpSec' | 'ntpFrac'> {
  const seconds = (unixMs + NTP_TO_UNIX_MS) / 1_000;
  const ntpSec = Math.floor(seconds);
  const ntpFrac = Math.min(2 ** 32 - 1, Math.round((seconds - ntpSec) * 2 ** 32));
  return { ntpSec: ntpSec % 2 ** 32, ntpFrac };
}

/** What the reports of a producer's sender tell, as {@link PublisherMedia.produce} was told. */
export function reportsTellOf({ appData }: Pick<types.Producer, 'appData'>): ReportedMoment {
  return appData.reportsTell === 'sending' ? 'sending' : 'capture';
}

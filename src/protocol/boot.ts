import { z } from 'zod';
import { AccountView } from './account.js';
import { ChannelView } from './channel.js';
import { RtpCapabilities } from './rtc.js';
import { SharingSettings } from './sharing.js';

/**
 * Data that the server embeds in a page (`<script type="application/json" id="boot">`) so that the
 * page can start without a request, such as the logged-in account, the channel of a watch page, and
 * the SFU's capabilities.
 */
export const Boot = z.object({
  account: AccountView.nullable(),
  channel: ChannelView.nullable(),
  /** Whether the viewers of the page's channel share media; null without a channel. */
  sharing: SharingSettings.nullable(),
  /** The name of the page's channel if its password must be entered first. */
  locked: z.string().nullable(),
  rtpCapabilities: RtpCapabilities.nullable(),
  chatGuests: z.boolean(),
  /** How far back HLS viewers can rewind, in milliseconds. */
  rewindMs: z.number().positive(),
  /**
   * The time after which a broadcast whose publisher has lost its connection ends, in milliseconds.
   */
  graceMs: z.number().nonnegative(),
  /** The path prefix of all the service's URLs; usually empty. */
  basePath: z.string(),
});
export type Boot = z.output<typeof Boot>;

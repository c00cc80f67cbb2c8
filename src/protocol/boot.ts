import { z } from 'zod';
import { AccountView } from './account.js';
import { ChannelView } from './channel.js';
import { RtpCapabilities } from './rtc.js';
import { SharingSettings } from './sharing.js';

/**
 * Data that the server embeds in a page (`<script type="application/json" id="boot">`), such as the
 * logged-in account, a watch page's channel, and the SFU's capabilities. It lets the page start
 * without a request.
 */
export const Boot = z.object({
  account: AccountView.nullable(),
  channel: ChannelView.nullable(),
  /** Whether the viewers of the page's channel share media; null if the page has no channel. */
  sharing: SharingSettings.nullable(),
  /** The name of the page's channel if its password must be entered first. */
  locked: z.string().nullable(),
  rtpCapabilities: RtpCapabilities.nullable(),
  chatGuests: z.boolean(),
  /** How far back HLS viewers can rewind, in milliseconds. */
  rewindMs: z.number().positive(),
  /** How long a broadcast continues after its publisher's connection is lost, in milliseconds. */
  graceMs: z.number().nonnegative(),
  /** The path prefix of all of the service's URLs; usually empty. */
  basePath: z.string(),
});
export type Boot = z.output<typeof Boot>;

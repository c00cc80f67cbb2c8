import { z } from 'zod';
import { AccountView } from './account.js';
import { ChannelView } from './channel.js';
import { RtpCapabilities } from './rtc.js';

/**
 * What the server writes into a page (`<script type="application/json" id="boot">`), so that it can
 * start without asking: who is logged in, the channel of a watch page, what the SFU can route.
 */
export const Boot = z.object({
  account: AccountView.nullable(),
  channel: ChannelView.nullable(),
  /** The name of the page's channel when its password has to be typed first. */
  locked: z.string().nullable(),
  rtpCapabilities: RtpCapabilities.nullable(),
  chatGuests: z.boolean(),
  /** How far back viewers of HLS can go, milliseconds. */
  rewindMs: z.number().positive(),
  /** The path that all addresses of the service begin with; mostly empty. */
  basePath: z.string(),
});
export type Boot = z.output<typeof Boot>;

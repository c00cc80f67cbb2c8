import { z } from 'zod';
import { ChannelView } from './channel.js';

/** How an account stands to a channel. */
export const FollowView = z
  .object({
    /** Since when the account follows it; null: it doesn't. */
    since: z.iso.datetime().nullable(),
    /** How many accounts do. */
    followers: z.int().nonnegative(),
  })
  .meta({ id: 'Follow' });
export type FollowView = z.output<typeof FollowView>;

/** The channels that an account follows: those with a broadcast on first, then the latest followed. */
export const FollowList = z
  .array(z.object({ since: z.iso.datetime(), channel: ChannelView }))
  .meta({ id: 'FollowList' });
export type FollowList = z.output<typeof FollowList>;

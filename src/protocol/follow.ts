import { z } from 'zod';
import { ChannelView } from './channel.js';

/** Whether an account follows a channel, and the number of followers. */
export const FollowView = z
  .object({
    /** The time since which the account has followed the channel; null if it doesn't follow it. */
    since: z.iso.datetime().nullable(),
    /** The number of followers. */
    followers: z.int().nonnegative(),
  })
  .meta({ id: 'Follow' });
export type FollowView = z.output<typeof FollowView>;

/** The channels that an account follows: live ones first, then the most recently followed ones. */
export const FollowList = z
  .array(z.object({ since: z.iso.datetime(), channel: ChannelView }))
  .meta({ id: 'FollowList' });
export type FollowList = z.output<typeof FollowList>;

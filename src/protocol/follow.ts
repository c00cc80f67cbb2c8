import { z } from 'zod';
import { ChannelView } from './channel.js';

/** An account's relation to a channel. */
export const FollowView = z
  .object({
    /** Since when the account follows it; null if it does not. */
    since: z.iso.datetime().nullable(),
    /** The number of followers. */
    followers: z.int().nonnegative(),
  })
  .meta({ id: 'Follow' });
export type FollowView = z.output<typeof FollowView>;

/** The channels that an account follows: live ones first, then most recently followed. */
export const FollowList = z
  .array(z.object({ since: z.iso.datetime(), channel: ChannelView }))
  .meta({ id: 'FollowList' });
export type FollowList = z.output<typeof FollowList>;

import { z } from 'zod';
import { CHANNEL_PASSWORD_MAX, CHANNEL_PASSWORD_MIN } from './limits.js';

/**
 * The audience of a channel. `public`: everyone. `unlisted`: everyone who has the link. `password`:
 * everyone who knows the password. `private`: the accounts on the channel's list; to everyone else,
 * the channel does not exist.
 */
export const Visibility = z.enum(['public', 'unlisted', 'password', 'private']);
export type Visibility = z.output<typeof Visibility>;

/** Changes a channel's audience. */
export const AccessChange = z
  .strictObject({
    visibility: Visibility,
    /**
     * A new password; if absent, the current one remains valid. Viewers who entered the old
     * password must enter the new one.
     */
    password: z
      .string()
      .min(CHANNEL_PASSWORD_MIN, `at least ${CHANNEL_PASSWORD_MIN} characters`)
      .max(CHANNEL_PASSWORD_MAX, `at most ${CHANNEL_PASSWORD_MAX} characters`)
      .optional(),
  })
  .meta({ id: 'AccessChange' });
export type AccessChange = z.output<typeof AccessChange>;

/** An account that can watch a channel while it is private. */
export const MemberView = z
  .object({ username: z.string(), since: z.iso.datetime() })
  .meta({ id: 'ChannelMember' });
export type MemberView = z.output<typeof MemberView>;

/** A channel's audience, as its owner sees it. */
export const AccessView = z
  .object({
    visibility: Visibility,
    hasPassword: z.boolean().describe('whether a password is stored for `password` visibility'),
    members: z.array(MemberView),
  })
  .meta({ id: 'ChannelAccess' });
export type AccessView = z.output<typeof AccessView>;

/** A password entered for a channel. */
export const Unlock = z
  .strictObject({ password: z.string().min(1, 'enter the password').max(CHANNEL_PASSWORD_MAX) })
  .meta({ id: 'Unlock' });
export type Unlock = z.output<typeof Unlock>;

/** The address at which to play a channel's broadcast. */
export const Playback = z
  .object({
    /**
     * The path of the multivariant playlist; for a protected channel, it contains the caller's
     * token.
     */
    hls: z.string(),
    /**
     * How long the path remains valid while it isn't used, in milliseconds; null if it never
     * expires.
     */
    idleMs: z.number().int().positive().nullable(),
  })
  .meta({ id: 'Playback' });
export type Playback = z.output<typeof Playback>;

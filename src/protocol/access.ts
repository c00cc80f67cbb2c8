import { z } from 'zod';
import { CHANNEL_PASSWORD_MAX, CHANNEL_PASSWORD_MIN } from './limits.js';

/**
 * Who may watch a channel: `public`, everybody; `unlisted`, everybody who has its address; `password`,
 * who knows its password; `private`, accounts on its list, and for others it isn't there.
 */
export const Visibility = z.enum(['public', 'unlisted', 'password', 'private']);
export type Visibility = z.output<typeof Visibility>;

/** How a channel's owner changes who may watch. */
export const AccessChange = z
  .strictObject({
    visibility: Visibility,
    /** A new password; absent: the one that is set stays. Whoever was let in by the old one has to type it. */
    password: z
      .string()
      .min(CHANNEL_PASSWORD_MIN, `at least ${CHANNEL_PASSWORD_MIN} characters`)
      .max(CHANNEL_PASSWORD_MAX, `at most ${CHANNEL_PASSWORD_MAX} characters`)
      .optional(),
  })
  .meta({ id: 'AccessChange' });
export type AccessChange = z.output<typeof AccessChange>;

/** An account that may watch a channel while it is private. */
export const MemberView = z
  .object({ username: z.string(), since: z.iso.datetime() })
  .meta({ id: 'ChannelMember' });
export type MemberView = z.output<typeof MemberView>;

/** Who may watch a channel, for its owner. */
export const AccessView = z
  .object({
    visibility: Visibility,
    hasPassword: z.boolean().describe('whether one is set that `password` can go back to'),
    members: z.array(MemberView),
  })
  .meta({ id: 'ChannelAccess' });
export type AccessView = z.output<typeof AccessView>;

/** What was typed into a channel's password form. */
export const Unlock = z
  .strictObject({ password: z.string().min(1, 'type the password').max(CHANNEL_PASSWORD_MAX) })
  .meta({ id: 'Unlock' });
export type Unlock = z.output<typeof Unlock>;

/** Where a channel's broadcast is played. */
export const Playback = z
  .object({
    /** The path of the multivariant playlist; of a protected channel, with a token in it that is the asker's. */
    hls: z.string(),
    /** How long the path may go unused, milliseconds; null: for ever. */
    idleMs: z.number().int().positive().nullable(),
  })
  .meta({ id: 'Playback' });
export type Playback = z.output<typeof Playback>;

import { z } from 'zod';
import { Visibility } from './access.js';
import { BroadcastView } from './broadcast.js';
import { CHANNEL_NAME_PATTERN, RESERVED_CHANNEL_NAMES, TITLE_MAX } from './limits.js';

/** A valid name for a new channel: 3 to 30 characters of a-z, 0-9 and `-`, and not reserved. */
export const NewChannelName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(CHANNEL_NAME_PATTERN, '3 to 30 letters (a-z), digits or "-"')
  .refine((name) => !RESERVED_CHANNEL_NAMES.has(name), 'this name is reserved; choose another');

/** A syntactically valid channel name, for lookups. */
export const ChannelName = z.string().regex(CHANNEL_NAME_PATTERN, 'not a channel name');

/** One line of free text. */
export const Title = z
  .string()
  .transform((text) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim())
  .pipe(z.string().max(TITLE_MAX, `at most ${TITLE_MAX} characters`));

export const NewChannel = z
  .strictObject({ name: NewChannelName, title: Title.default('') })
  .meta({ id: 'NewChannel' });
export type NewChannel = z.output<typeof NewChannel>;

export const ChannelChange = z.strictObject({ title: Title }).meta({ id: 'ChannelChange' });
export type ChannelChange = z.output<typeof ChannelChange>;

export const ChannelView = z
  .object({
    name: z.string(),
    title: z.string(),
    owner: z.string().describe("the owner's username"),
    visibility: Visibility,
    createdAt: z.iso.datetime(),
    /** The current broadcast (live or interrupted), if any. */
    broadcast: BroadcastView.nullable(),
    viewers: z.number().int().nonnegative(),
    /** The path of the thumbnail; null if there is none. Each new thumbnail has a new path. */
    thumbnail: z.string().nullable(),
    /** The time at which the latest broadcast ended, if there was one. */
    lastLiveAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Channel' });
export type ChannelView = z.output<typeof ChannelView>;

/** One page of channels: live ones first, then the most recently live ones. */
export const ChannelList = z.array(ChannelView).meta({ id: 'ChannelList' });
export type ChannelList = z.output<typeof ChannelList>;

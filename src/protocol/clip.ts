import { z } from 'zod';
import { Visibility } from './access.js';
import { Title } from './channel.js';
import { CLIP_MAX_MS, CLIP_MIN_MS } from './limits.js';

/** Which stretch of a recording is to be a clip. */
export const NewClip = z
  .strictObject({
    /** Where it begins in the recording, milliseconds. */
    startMs: z.int().nonnegative(),
    durationMs: z.int().min(CLIP_MIN_MS, 'at least a second').max(CLIP_MAX_MS, 'at most a minute'),
    title: Title.default(''),
  })
  .meta({ id: 'NewClip' });
export type NewClip = z.output<typeof NewClip>;

/** A stretch of a recording with an address of its own. It stays when the recording goes. */
export const ClipView = z
  .object({
    id: z.uuid(),
    channel: z.string(),
    title: z.string(),
    /** The recording that it is of; null: that was deleted. */
    recordingId: z.uuid().nullable(),
    /** Where it begins in that, milliseconds. */
    startMs: z.number().nonnegative(),
    durationMs: z.number().positive(),
    visibility: Visibility,
    createdAt: z.iso.datetime(),
    /** The username of who made it; null: the account is gone. */
    createdBy: z.string().nullable(),
    /** The path of its multivariant playlist; of a protected one, with a token in it that is the asker's. */
    playlistPath: z.string(),
    /** Where in that the clip begins: media is cut where segments are, milliseconds. */
    playFromMs: z.number().nonnegative(),
    thumbnailPath: z.string().nullable(),
    /** It was made by who asks, or of a channel of theirs: they may delete it. */
    mayDelete: z.boolean(),
  })
  .meta({ id: 'Clip' });
export type ClipView = z.output<typeof ClipView>;

/** A clip in a list of one's own, or of one's channel. */
export const ListedClip = ClipView.omit({ playlistPath: true, playFromMs: true, mayDelete: true })
  .extend({ bytes: z.number().int().nonnegative() })
  .meta({ id: 'ListedClip' });
export type ListedClip = z.output<typeof ListedClip>;

/** One page of them, the newest first. */
export const ClipList = z.array(ListedClip).meta({ id: 'ClipList' });
export type ClipList = z.output<typeof ClipList>;

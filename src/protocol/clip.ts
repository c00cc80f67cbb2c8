import { z } from 'zod';
import { Visibility } from './access.js';
import { Title } from './channel.js';
import { CLIP_MAX_MS, CLIP_MIN_MS } from './limits.js';

/** The range of a recording from which to create a clip. */
export const NewClip = z
  .strictObject({
    /** The start in the recording, in milliseconds. */
    startMs: z.int().nonnegative(),
    durationMs: z.int().min(CLIP_MIN_MS, 'at least a second').max(CLIP_MAX_MS, 'at most a minute'),
    title: Title.default(''),
  })
  .meta({ id: 'NewClip' });
export type NewClip = z.output<typeof NewClip>;

/** A range of a recording that has its own address. A clip outlives its recording. */
export const ClipView = z
  .object({
    id: z.uuid(),
    channel: z.string(),
    title: z.string(),
    /** The clip's recording; null if the recording was deleted. */
    recordingId: z.uuid().nullable(),
    /** The start in the recording, in milliseconds. */
    startMs: z.number().nonnegative(),
    durationMs: z.number().positive(),
    visibility: Visibility,
    createdAt: z.iso.datetime(),
    /** The creator's username; null if the account was deleted. */
    createdBy: z.string().nullable(),
    /**
     * The path of the clip's multivariant playlist. For a protected clip, it contains the caller's
     * token.
     */
    playlistPath: z.string(),
    /**
     * The position in the playlist at which the clip begins, in milliseconds. It is usually not 0,
     * because media is cut at segment boundaries.
     */
    playFromMs: z.number().nonnegative(),
    thumbnailPath: z.string().nullable(),
    /** Whether the caller can delete the clip, as its creator or as the channel's owner. */
    mayDelete: z.boolean(),
  })
  .meta({ id: 'Clip' });
export type ClipView = z.output<typeof ClipView>;

/** A clip in a list for its creator or for the channel's owner. */
export const ListedClip = ClipView.omit({ playlistPath: true, playFromMs: true, mayDelete: true })
  .extend({ bytes: z.number().int().nonnegative() })
  .meta({ id: 'ListedClip' });
export type ListedClip = z.output<typeof ListedClip>;

/** One page of clips, newest first. */
export const ClipList = z.array(ListedClip).meta({ id: 'ClipList' });
export type ClipList = z.output<typeof ClipList>;

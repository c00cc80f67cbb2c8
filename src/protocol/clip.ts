import { z } from 'zod';
import { Visibility } from './access.js';
import { Title } from './channel.js';
import { CLIP_MAX_MS, CLIP_MIN_MS } from './limits.js';

/** The range of a recording to clip. */
export const NewClip = z
  .strictObject({
    /** The start in the recording, in milliseconds. */
    startMs: z.int().nonnegative(),
    durationMs: z.int().min(CLIP_MIN_MS, 'at least a second').max(CLIP_MAX_MS, 'at most a minute'),
    title: Title.default(''),
  })
  .meta({ id: 'NewClip' });
export type NewClip = z.output<typeof NewClip>;

/** A range of a recording with its own address. It outlives the recording. */
export const ClipView = z
  .object({
    id: z.uuid(),
    channel: z.string(),
    title: z.string(),
    /** Its recording; null if that was deleted. */
    recordingId: z.uuid().nullable(),
    /** The start in the recording, in milliseconds. */
    startMs: z.number().nonnegative(),
    durationMs: z.number().positive(),
    visibility: Visibility,
    createdAt: z.iso.datetime(),
    /** The creator's username; null if the account was deleted. */
    createdBy: z.string().nullable(),
    /**
     * The path of its multivariant playlist; for a protected clip it contains the caller's token.
     */
    playlistPath: z.string(),
    /**
     * Where the clip begins in its playlist, in milliseconds: media is cut at segment boundaries.
     */
    playFromMs: z.number().nonnegative(),
    thumbnailPath: z.string().nullable(),
    /** The caller made it, or owns its channel, and can delete it. */
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

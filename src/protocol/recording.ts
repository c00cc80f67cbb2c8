import { z } from 'zod';
import { Visibility } from './access.js';
import { BroadcastView } from './broadcast.js';
import { Title } from './channel.js';

/** `recording`: its broadcast is on; `finishing`: over, and not all of it in place; `failed`: nothing to play. */
export const RecordingState = z.enum(['recording', 'finishing', 'ready', 'failed']);
export type RecordingState = z.output<typeof RecordingState>;

/**
 * Why parts of one are missing. `full`: there was no room, on the disk or for recordings; `unwritable`: they could not be
 * written for another reason.
 */
export const RecordingProblem = z.enum(['full', 'unwritable']);
export type RecordingProblem = z.output<typeof RecordingProblem>;

const ms = z.number().nonnegative();

export const RecordingView = z
  .object({
    /** Its broadcast's. */
    id: z.uuid(),
    channel: z.string(),
    title: z.string(),
    state: RecordingState,
    /** null: nothing is missing. */
    problem: RecordingProblem.nullable(),
    visibility: Visibility,
    startedAt: z.iso.datetime(),
    durationMs: ms,
    bytes: z.number().int().nonnegative(),
    /** The path of its multivariant playlist; of a protected one, with a token in it that is the asker's. */
    playlistPath: z.string().nullable(),
    thumbnailPath: z.string().nullable(),
    /** The path of a WebVTT file whose cues name a picture each. */
    previewsPath: z.string().nullable(),
    /** The path of all of it as one MP4. */
    downloadPath: z.string().nullable(),
    /** What it was called from when on. */
    chapters: z.array(z.object({ atMs: ms, title: z.string() })),
    /** Which stretch of the media is which stretch of the server's time. */
    spans: z.array(z.object({ atMs: ms, durationMs: ms, wallMs: z.number() })),
    /** It is not deleted by the channel's rules. */
    kept: z.boolean(),
    mayManage: z.boolean(),
  })
  .meta({ id: 'Recording' });
export type RecordingView = z.output<typeof RecordingView>;

/** Which picture is to be in a download. */
export const RecordingDownload = z.object({
  rendition: z
    .string()
    .regex(/^video-\d$/, 'a rendition such as video-2')
    .optional()
    .describe('the best one if absent'),
});
export type RecordingDownload = z.output<typeof RecordingDownload>;

export const RecordingChange = z
  .strictObject({
    title: Title.optional(),
    visibility: Visibility.optional(),
    kept: z.boolean().optional(),
  })
  .meta({ id: 'RecordingChange' });
export type RecordingChange = z.output<typeof RecordingChange>;

/** What lists of broadcasts say of each one's recording. */
export const RecordingSummary = z
  .object({
    state: RecordingState,
    durationMs: ms,
    thumbnailPath: z.string().nullable(),
    visibility: Visibility,
    kept: z.boolean(),
  })
  .meta({ id: 'RecordingSummary' });
export type RecordingSummary = z.output<typeof RecordingSummary>;

/** A broadcast in its channel's list, with what was recorded of it. */
export const ListedBroadcast = BroadcastView.extend({
  /** null: nothing was, or not for who asks. */
  recording: RecordingSummary.nullable(),
}).meta({ id: 'ListedBroadcast' });
export type ListedBroadcast = z.output<typeof ListedBroadcast>;

/** One page of them, the newest first. */
export const ListedBroadcasts = z.array(ListedBroadcast).meta({ id: 'ListedBroadcasts' });
export type ListedBroadcasts = z.output<typeof ListedBroadcasts>;

/** Whether a channel's broadcasts are recorded, and which recordings stay. */
export const RecordingSettings = z
  .strictObject({
    enabled: z.boolean(),
    /** Those that are older go; null: they stay. */
    keepDays: z.int().min(1).max(3_650).nullable(),
    /** Only so many of the newest stay; null: all. */
    keepLast: z.int().min(1).max(1_000).nullable(),
  })
  .meta({ id: 'RecordingSettings' });
export type RecordingSettings = z.output<typeof RecordingSettings>;

import { z } from 'zod';
import { Visibility } from './access.js';
import { BroadcastView } from './broadcast.js';
import { Title } from './channel.js';

/**
 * `recording`: the broadcast is live; `finishing`: the broadcast has ended, and the recording is
 * being completed; `failed`: nothing can be played.
 */
export const RecordingState = z.enum(['recording', 'finishing', 'ready', 'failed']);
export type RecordingState = z.output<typeof RecordingState>;

/**
 * The reason why parts are missing. `full`: there was no space left on the disk or for recordings;
 * `unwritable`: writing failed for another reason.
 */
export const RecordingProblem = z.enum(['full', 'unwritable']);
export type RecordingProblem = z.output<typeof RecordingProblem>;

const ms = z.number().nonnegative();

export const RecordingView = z
  .object({
    /** The broadcast's id. */
    id: z.uuid(),
    channel: z.string(),
    title: z.string(),
    state: RecordingState,
    /** The reason why parts are missing; null if the recording is complete. */
    problem: RecordingProblem.nullable(),
    visibility: Visibility,
    startedAt: z.iso.datetime(),
    durationMs: ms,
    bytes: z.number().int().nonnegative(),
    /**
     * The path of the recording's multivariant playlist. For a protected recording, it contains the
     * caller's token.
     */
    playlistPath: z.string().nullable(),
    thumbnailPath: z.string().nullable(),
    /** The path of a WebVTT file in which each cue refers to a thumbnail. */
    previewsPath: z.string().nullable(),
    /** The path of the complete recording as a single MP4 file. */
    downloadPath: z.string().nullable(),
    /** The titles of the broadcast over time. */
    chapters: z.array(z.object({ atMs: ms, title: z.string() })),
    /** Maps ranges of the media to ranges of server time. */
    spans: z.array(z.object({ atMs: ms, durationMs: ms, wallMs: z.number() })),
    /** Whether the recording is exempt from automatic deletion. */
    kept: z.boolean(),
    mayManage: z.boolean(),
    /**
     * The number of separate recordings of guests; 0 for everyone except the owner and moderators.
     */
    guestFiles: z.int().nonnegative(),
  })
  .meta({ id: 'Recording' });
export type RecordingView = z.output<typeof RecordingView>;

/** The separate recording of one guest, from going on the broadcast's stage to leaving it. */
export const GuestRecordingView = z
  .object({
    id: z.uuid(),
    /** The guest's name on the stage. */
    name: z.string(),
    state: RecordingState,
    /**
     * The time at which its first frame was captured, on the server's clock; null until the
     * recording is finished.
     */
    startedAt: z.iso.datetime().nullable(),
    /**
     * The position in the broadcast's recording at which this recording begins, in milliseconds;
     * negative if it begins before the broadcast's recording. Null until both are finished.
     */
    offsetMs: z.number().nullable(),
    durationMs: ms,
    bytes: z.number().int().nonnegative(),
    problem: RecordingProblem.nullable(),
    /** Whether the camera is missing because its codec can't be recorded on this server. */
    lacksVideo: z.boolean(),
    /** The path of the MP4 file. */
    downloadPath: z.string().nullable(),
  })
  .meta({ id: 'GuestRecording' });
export type GuestRecordingView = z.output<typeof GuestRecordingView>;

/** The guests of a recording, in the order in which they went on stage. */
export const GuestRecordingList = z.array(GuestRecordingView).meta({ id: 'GuestRecordingList' });
export type GuestRecordingList = z.output<typeof GuestRecordingList>;

/** The video quality of a download. */
export const RecordingDownload = z.object({
  rendition: z
    .string()
    .regex(/^video-\d$/, 'a rendition such as video-2')
    .optional()
    .describe('the best rendition if omitted'),
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

/** A recording's summary in lists of broadcasts. */
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

/** A broadcast in its channel's list, with its recording. */
export const ListedBroadcast = BroadcastView.extend({
  /** The recording; null if there is none or the caller can't watch it. */
  recording: RecordingSummary.nullable(),
}).meta({ id: 'ListedBroadcast' });
export type ListedBroadcast = z.output<typeof ListedBroadcast>;

/** One page of broadcasts, newest first. */
export const ListedBroadcasts = z.array(ListedBroadcast).meta({ id: 'ListedBroadcasts' });
export type ListedBroadcasts = z.output<typeof ListedBroadcasts>;

/** Whether a channel's broadcasts are recorded, and when recordings are deleted. */
export const RecordingSettings = z
  .strictObject({
    enabled: z.boolean(),
    /** The age in days after which recordings are deleted; null for no limit. */
    keepDays: z.int().min(1).max(3_650).nullable(),
    /** The number of newest recordings that are not deleted; null for no limit. */
    keepLast: z.int().min(1).max(1_000).nullable(),
  })
  .meta({ id: 'RecordingSettings' });
export type RecordingSettings = z.output<typeof RecordingSettings>;

import { z } from 'zod';
import { BroadcastSource } from './broadcast.js';
import { MediaKind } from './rtc.js';

/** One incoming stream of a track: a simulcast layer, or the track's only stream. */
const IngestStream = z.object({
  /** The stream's rid; null if it has none. */
  rid: z.string().nullable(),
  bitrateBps: z.number().nonnegative(),
  /** The packet loss during the last three seconds, in percent, before retransmissions. */
  lossPercent: z.number().min(0).max(100),
  /** The interval between key frames, in milliseconds; null for audio, or if it isn't known yet. */
  keyFrameIntervalMs: z.number().nonnegative().nullable(),
  /** Frames per second; null for audio and over WebRTC. */
  framesPerSecond: z.number().nonnegative().nullable(),
  /** Whether the video has B-frames; null for audio, or if it isn't known. */
  bFrames: z.boolean().nullable(),
});

/** A setting that the publisher should change. */
const IngestWarning = z.object({
  code: z.enum(['b_frames', 'no_sound', 'key_frames_far_apart', 'not_transcoded']),
  message: z.string().describe('how it affects viewers, and what to change'),
});
export type IngestWarning = z.output<typeof IngestWarning>;

/** The media that the server currently receives for a broadcast, for the broadcast's owner. */
export const IngestView = z
  .object({
    source: BroadcastSource,
    encoder: z
      .string()
      .nullable()
      .describe('the encoder’s name as sent over RTMP, such as OBS 32.2.2'),
    connected: z.boolean().describe('whether media is arriving from a publisher'),
    bitrateBps: z.number().nonnegative(),
    /**
     * The round-trip time between publisher and server, in milliseconds; null unless the
     * publisher's reports contain it.
     */
    roundTripMs: z.number().nonnegative().nullable(),
    tracks: z.array(
      z.object({
        kind: MediaKind,
        codec: z.string().describe('such as H264 or opus'),
        /** The streams, lowest layer first. */
        streams: z.array(IngestStream),
      }),
    ),
    /** The default applies to nodes that run an earlier version. */
    transcoded: z
      .array(z.string())
      .default([])
      .describe('the lower resolutions to which the server transcodes the video, such as 720p'),
    transcodedForWebRtc: z
      .boolean()
      .default(false)
      .describe('whether the server removes B-frames for viewers over WebRTC'),
    warnings: z.array(IngestWarning),
  })
  .meta({ id: 'Ingest' });
export type IngestView = z.output<typeof IngestView>;

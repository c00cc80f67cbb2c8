import { z } from 'zod';
import { BroadcastSource } from './broadcast.js';
import { MediaKind } from './rtc.js';

/** One incoming stream of a track: a simulcast layer, or the only one. */
const IngestStream = z.object({
  /** Its rid, if any. */
  rid: z.string().nullable(),
  bitrateBps: z.number().nonnegative(),
  /** Of what was sent during the last three seconds, before anything was sent again. */
  lossPercent: z.number().min(0).max(100),
  /** How far apart key frames are; null: of sound, or not known yet. */
  keyFrameIntervalMs: z.number().nonnegative().nullable(),
});

/** What the publisher could set better. */
const IngestWarning = z.object({
  code: z.enum(['key_frames_far_apart']),
  message: z.string().describe('what it means for viewers, and what to set'),
});
export type IngestWarning = z.output<typeof IngestWarning>;

/** What the server currently receives of a broadcast, for its owner. */
export const IngestView = z
  .object({
    source: BroadcastSource,
    connected: z.boolean().describe('whether media arrives from a publisher'),
    bitrateBps: z.number().nonnegative(),
    /** Between publisher and server, if the publisher's reports contain it. */
    roundTripMs: z.number().nonnegative().nullable(),
    tracks: z.array(
      z.object({
        kind: MediaKind,
        codec: z.string().describe('such as H264 or opus'),
        /** The worst layer first. */
        streams: z.array(IngestStream),
      }),
    ),
    warnings: z.array(IngestWarning),
  })
  .meta({ id: 'Ingest' });
export type IngestView = z.output<typeof IngestView>;

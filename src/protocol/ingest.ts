import { z } from 'zod';
import { BroadcastSource } from './broadcast.js';
import { MediaKind } from './rtc.js';

/** One stream of a track as it arrives: a simulcast layer, or the only one. */
const IngestStream = z.object({
  /** Its rid, where it has one. */
  rid: z.string().nullable(),
  bitrateBps: z.number().nonnegative(),
  /** Of what was sent in the last report, before anything was sent again. */
  lossPercent: z.number().min(0).max(100),
});

/** What arrives of a broadcast at the server now, for its owner. */
export const IngestView = z
  .object({
    source: BroadcastSource,
    connected: z.boolean().describe('whether a publisher is there at all'),
    bitrateBps: z.number().nonnegative(),
    /** Between publisher and server, where the publisher's reports tell. */
    roundTripMs: z.number().nonnegative().nullable(),
    tracks: z.array(
      z.object({
        kind: MediaKind,
        codec: z.string().describe('such as H264 or opus'),
        /** The worst layer first. */
        streams: z.array(IngestStream),
      }),
    ),
  })
  .meta({ id: 'Ingest' });
export type IngestView = z.output<typeof IngestView>;

import { z } from 'zod';
import { IceServer } from './rtc.js';

/** Whether a channel's viewers share media with each other. */
export const SharingSettings = z
  .strictObject({
    enabled: z.boolean(),
    /** The number of viewers above which a broadcast's viewers share media. */
    liveAbove: z.int().min(0).max(1_000_000),
  })
  .meta({ id: 'SharingSettings' });
export type SharingSettings = z.output<typeof SharingSettings>;

/** Everything that a viewer needs to share media with others. */
export const Sharing = z
  .object({
    settings: SharingSettings,
    /**
     * The path of the tracker's WebSocket. For a protected channel, it contains this viewer's
     * token. Null if the channel's viewers don't share.
     */
    tracker: z.string().nullable(),
    /**
     * The swarms for the runs that this node has, newest first; empty if the channel's viewers
     * don't share.
     */
    swarms: z.array(
      z.object({
        run: z.string().describe('as in the paths of playlists'),
        /** Kept secret from anyone who can't watch, and replaced whenever access is revoked. */
        swarm: z.string(),
      }),
    ),
    /**
     * The operator's STUN servers, through which viewers learn their own addresses; often empty.
     */
    iceServers: z.array(IceServer),
  })
  .meta({ id: 'Sharing' });
export type Sharing = z.output<typeof Sharing>;

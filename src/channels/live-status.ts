import type { BroadcastView } from '../protocol/broadcast.js';

/** Nest's injection token for {@link LiveStatus}. */
export const LIVE_STATUS = Symbol('LiveStatus');

/**
 * Reports which channels are live. It is implemented in the folder `broadcast`, which depends on
 * this one.
 */
export interface LiveStatus {
  /** The ids of all channels with a live or interrupted broadcast. */
  liveChannelIds(): string[];
  /** The channel's live or interrupted broadcast, or null. */
  current(channelId: string): BroadcastView | null;
  /** The number of current viewers. */
  viewers(channelId: string): number;
  /** The path of the newest thumbnail, or null. */
  thumbnailPath(channelId: string): string | null;
}

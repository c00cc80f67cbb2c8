import type { VodRendition } from './vod.js';

/** A rendition as described by a playlist. */
export type VodPlaylist = Pick<VodRendition, 'id' | 'init' | 'segments'> &
  Readonly<{
    /** The bitrate that segment sizes are estimated from; null: the table has the sizes. */
    bitrateBps: number | null;
    /**
     * Whether its segments are transcoded on request. They are named by their numbers, and share
     * one initialization section.
     */
    isMade: boolean;
  }>;

import type { VodRendition } from './vod.js';

/** A rendition as described by a playlist. */
export type VodPlaylist = Pick<VodRendition, 'id' | 'init' | 'segments'> &
  Readonly<{
    /**
     * The bit rate from which segment sizes are estimated; null if the table contains the sizes.
     */
    bitrateBps: number | null;
    /**
     * Whether segments are transcoded on request. Such segments are named by number and share one
     * initialization section.
     */
    isMade: boolean;
  }>;

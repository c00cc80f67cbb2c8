import type { VodRendition } from './vod.js';

/** What a playlist says of a rendition. */
export type VodPlaylist = Pick<VodRendition, 'id' | 'init' | 'segments'> &
  Readonly<{
    /** Its segments' sizes are estimated by this; null: they are what the table says. */
    bitrateBps: number | null;
    /** Its segments are named by their numbers, and there is one initialization section for all. */
    isMade: boolean;
  }>;

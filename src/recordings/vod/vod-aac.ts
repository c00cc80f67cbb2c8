import { AAC_CONFIG } from '../../media/codecs/aac-format.js';
import type { VodPlaylist } from './vod-playlist.js';
import type { Vod, VodRendition } from './vod.js';

/** What the rendition is called that nobody recorded. */
export const AAC_ID = 'aac';
const INIT_FILE = 'init-0.mp4';
const BITRATE_BPS = 128_000;

/** The AAC that there is of a recording's sound, as its playlists tell it; null: it has no sound. */
export function aacOf(vod: Vod): VodPlaylist | null {
  const opus = opusOf(vod);
  if (!opus) return null;
  return {
    id: AAC_ID,
    init: { kind: 'init', file: INIT_FILE, codecs: AAC_CONFIG.codecs, channels: 2 },
    segments: opus.segments,
    bitrateBps: BITRATE_BPS,
    isMade: true,
  };
}

/** The sound as it was recorded. */
export const opusOf = ({ renditions }: Vod): VodRendition | undefined =>
  renditions.find(({ id, init }) => id === 'opus' && init.codecs === 'opus');

import { AAC_CONFIG } from '../../media/codecs/aac-format.js';
import type { VodPlaylist } from './vod-playlist.js';
import type { Vod, VodRendition } from './vod.js';

/** The id of the AAC rendition, which is not recorded but transcoded on request. */
export const AAC_ID = 'aac';
const INIT_FILE = 'init-0.mp4';
const BITRATE_BPS = 128_000;

/**
 * Returns the AAC rendition of a recording's audio as playlists describe it; null if there is no
 * audio.
 */
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

/** Returns the recorded audio rendition. */
export const opusOf = ({ renditions }: Vod): VodRendition | undefined =>
  renditions.find(({ id, init }) => id === 'opus' && init.codecs === 'opus');

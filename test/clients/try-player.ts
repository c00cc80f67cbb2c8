import { Missing } from './install/cache.js';
import type { Lab } from './lab.js';
import type { Player, Way } from './players/player.js';
import type { Row } from './row.js';

/** Plays with one player in each of its ways, and tells in a row each. */
export async function tryPlayer(lab: Lab, player: Player): Promise<Row[]> {
  const { client, ways } = player;
  try {
    const version = await player.version(lab);
    const programme = await lab.programme();
    const rows: Row[] = [];
    for (const way of ways) {
      const seen = await player.play(lab, way, programme);
      rows.push({ client, version, way: titleOf(way), seen });
    }
    return rows;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return [{ client, version: '–', way: 'all', seen: `not installed here: ${error.message}` }];
  }
}

/** As the matrix names it. */
export function titleOf(way: Way): string {
  if (way === 'whep') return 'WHEP';
  return way === 'webrtc' ? 'WebRTC' : `HLS, ${way}`;
}

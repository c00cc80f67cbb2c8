import { setTimeout as pause } from 'node:timers/promises';
import { Missing } from './install/cache.js';
import type { Lab } from './lab.js';
import type { Played, Player, Way } from './players/player.js';
import { Resizing } from './programme.js';
import { notInstalled, type Row } from './row.js';

/** The duration in which a player starts and shows the larger picture. */
const BEFORE_CHANGE_MS = 12_000;

/**
 * Plays with one player in each of its ways, or in the one named `only`; returns one row per way.
 */
export async function tryPlayer(lab: Lab, player: Player, only: string | null): Promise<Row[]> {
  const { client } = player;
  const ways = player.ways.filter((way) => only === null || titleOf(way) === only);
  try {
    const version = await player.version(lab);
    const programme = await lab.programme();
    const rows: Row[] = [];
    for (const way of ways) {
      const seen =
        way === 'live size change'
          ? await playedWhileResizing(lab, player, programme)
          : await player.play(lab, way, programme);
      rows.push({ client, version, way: titleOf(way), seen });
    }
    return rows;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return [notInstalled({ client }, error.message)];
  }
}

/** Plays a live broadcast whose picture becomes smaller after some seconds. */
async function playedWhileResizing(lab: Lab, player: Player, programme: Played): Promise<string> {
  const resizing = await Resizing.start(lab);
  try {
    const played = player.play(lab, 'live size change', {
      ...programme,
      channel: resizing.channel,
    });
    await pause(BEFORE_CHANGE_MS);
    await resizing.change();
    return await played;
  } finally {
    await resizing.stop();
  }
}

/** Returns the name of a way in the matrix. */
export function titleOf(way: Way): string {
  if (way === 'whep') return 'WHEP';
  return way === 'webrtc' ? 'WebRTC' : `HLS, ${way}`;
}

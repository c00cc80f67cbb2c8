import { setTimeout as pause } from 'node:timers/promises';
import { Missing } from './install/cache.js';
import type { Lab } from './lab.js';
import type { Played, Player, Scenario } from './players/player.js';
import { Resizing } from './programme.js';
import { notInstalled, type Row } from './row.js';

/** The time in which a player starts and shows the larger size. */
const BEFORE_CHANGE_MS = 12_000;

/**
 * Plays with one player in each of its scenarios, or only in the scenario named `only`. Returns one
 * row per scenario.
 */
export async function tryPlayer(lab: Lab, player: Player, only: string | null): Promise<Row[]> {
  const { client } = player;
  const scenarios = player.scenarios.filter(
    (scenario) => only === null || titleOf(scenario) === only,
  );
  try {
    const version = await player.version(lab);
    const programme = await lab.programme();
    const rows: Row[] = [];
    for (const scenario of scenarios) {
      const seen =
        scenario === 'live size change'
          ? await playedWhileResizing(lab, player, programme)
          : await player.play(lab, scenario, programme);
      rows.push({ client, version, scenario: titleOf(scenario), seen });
    }
    return rows;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return [notInstalled({ client }, error.message)];
  }
}

/** Plays a live broadcast whose resolution is lowered after some seconds. */
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

/** Returns the name of a scenario as shown in the matrix. */
export function titleOf(scenario: Scenario): string {
  if (scenario === 'whep') return 'WHEP';
  return scenario === 'webrtc' ? 'WebRTC' : `HLS, ${scenario}`;
}

import { writeFile } from 'node:fs/promises';
import type { Player, Way } from './players/player.js';
import type { Row } from './row.js';
import { titleOf } from './try-player.js';

const PAGE = 'docs/players.md';
const WAYS: readonly Way[] = ['live', 'rewind', 'recording', 'size change', 'whep', 'webrtc'];
const TITLES = ['player', 'version', ...WAYS.map(titleOf), 'what to set'];

const HEAD = `# Players

How each player handles a broadcast of 640x360 at 30 frames/s with H.264 and Opus. \`npm run clients\` writes this page. Live, rewind (from the oldest segment), and WHEP play for 10 s, recordings to their end, some 18 s. For the size change, the broadcaster returned with 424x240. Empty cells weren't tested.
`;

/** Writes the table of players from the rows of the matrix. */
export async function writePlayersPage(
  players: readonly Player[],
  rows: readonly Row[],
): Promise<void> {
  const lines = players.flatMap(({ client, whatToSet }) => {
    const own = rows.filter((row) => row.client === client);
    const seen = WAYS.map((way) => own.find((row) => row.way === titleOf(way))?.seen ?? '');
    const version = own.at(-1)?.version;
    return version === undefined ? [] : [[client, version, ...seen, whatToSet]];
  });
  const table = [TITLES, TITLES.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
  await writeFile(PAGE, `${HEAD}\n${table}\n`);
}

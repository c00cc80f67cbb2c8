import { writeFile } from 'node:fs/promises';
import type { Player, Scenario } from './players/player.js';
import type { Row } from './row.js';
import { titleOf } from './try-player.js';

const PAGE = 'docs/players.md';
const SCENARIOS: readonly Scenario[] = [
  'live',
  'rewind',
  'recording',
  'size change',
  'live size change',
  'whep',
  'webrtc',
];
const TITLES = ['player', 'version', ...SCENARIOS.map(titleOf), 'what to set'];

const HEAD = `# Players

This page, which \`npm run clients\` generates, shows how each player handles a broadcast of 640x360 at 30 frames/s with H.264 and Opus. Live streams, rewind (from the oldest segment) and WHEP are played for 10 s, recordings to their end after about 18 s. In the size-change columns, the publisher returns with 424x240. Empty cells weren't tested.
`;

/** Writes the players table from the rows of the matrix. */
export async function writePlayersPage(
  players: readonly Player[],
  rows: readonly Row[],
): Promise<void> {
  const lines = players.flatMap(({ client, whatToSet }) => {
    const own = rows.filter((row) => row.client === client);
    const seen = SCENARIOS.map(
      (scenario) => own.find((row) => row.scenario === titleOf(scenario))?.seen ?? '',
    );
    const version = own.at(-1)?.version;
    return version === undefined ? [] : [[client, version, ...seen, whatToSet]];
  });
  const table = [TITLES, TITLES.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
  await writeFile(PAGE, `${HEAD}\n${table}\n${sections(players)}`);
}

/** The sections about players that have a command or remarks. */
const sections = (players: readonly Player[]): string =>
  players
    .map(({ client, command, remarks }) => {
      const parts = [command && `\`\`\`sh\n${quoted(command)}\n\`\`\``, remarks];
      const texts = parts.filter((part) => part !== undefined && part !== '');
      return texts.length === 0 ? '' : `\n## ${client}\n\n${texts.join('\n\n')}\n`;
    })
    .join('');

/** Quotes GStreamer caps for a shell, because they contain parentheses. */
const quoted = (command: string): string =>
  command.replaceAll(/(?<==)application\/x-rtp,\S+/g, (caps) => `'${caps}'`);

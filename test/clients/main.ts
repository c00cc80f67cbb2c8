import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Lab } from './lab.js';
import { LONG_RUN_TOOLS, tryLongRun, tryLongRunOfObs } from './long-run.js';
import { runIsolated } from './network.js';
import { formatTable, merged, readTable, type Row } from './row.js';
import { mediamtx } from './players/mediamtx.js';
import { nativePlayers } from './players/native.js';
import type { Player } from './players/player.js';
import { writePlayersPage } from './players-page.js';
import { webPlayers } from './players/web.js';
import { gstreamerPlayers, whepPlayers } from './players/whep.js';
import { aiortc } from './senders/aiortc.js';
import { documentedSenders } from './senders/documented.js';
import { gstreamerSenders } from './senders/gstreamer.js';
import { ffmpegSenders } from './senders/ffmpeg.js';
import { obsSenders } from './senders/obs.js';
import { type Found, findTools, type Tool } from './toolbox.js';
import { tryPlayer } from './try-player.js';
import { trySender } from './try-sender.js';

const INSIDE = 'inside';
const USAGE = `Usage: npm run clients [-- NAME … [--minutes MINUTES] [--scenario SCENARIO]]
--minutes: the length of long runs. --scenario: the only scenario in which players are tried, as named in docs/clients.md.`;
const RUN = fileURLToPath(new URL('./run.ts', import.meta.url));
const PAGE = 'docs/clients.md';

type Case = Readonly<{
  name: string;
  tools: readonly Tool[];
  /** Runs only if it is named. */
  onlyNamed?: boolean;
  run: (lab: Lab, options: Options) => Promise<Row[]>;
}>;
/** `scenario`: the scenario's name in the matrix; null for all scenarios. */
type Options = Readonly<{ minutes: number; scenario: string | null }>;

const players: readonly Player[] = [
  ...nativePlayers,
  ...webPlayers,
  ...whepPlayers,
  ...gstreamerPlayers,
  mediamtx,
];

const cases: readonly Case[] = [
  ...[...ffmpegSenders, ...obsSenders, ...gstreamerSenders, aiortc, ...documentedSenders].map(
    (sender): Case => {
      const { name, tools } = sender;
      return { name, tools, run: async (lab) => [await trySender(lab, sender)] };
    },
  ),
  ...players.map((player): Case => {
    const { name, tools } = player;
    return {
      name,
      tools: [...tools, 'ffmpeg9'],
      run: (lab, { scenario }) => tryPlayer(lab, player, scenario),
    };
  }),
  { name: 'long', tools: LONG_RUN_TOOLS, onlyNamed: true, run: tryLongRun },
  { name: 'long-obs', tools: ['obs'], onlyNamed: true, run: tryLongRunOfObs },
];

/** Runs the named clients, or all of them, and writes the pages. Resolves with the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals: names } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '30' },
      scenario: { type: 'string' },
      [INSIDE]: { type: 'string' },
    },
    allowPositionals: true,
  });
  const options = { minutes: Number(values.minutes), scenario: values.scenario ?? null };
  if (values[INSIDE] !== undefined) {
    const found = JSON.parse(await readFile(values[INSIDE], 'utf8')) as Found;
    return inside(found, { names, options });
  }
  const unknown = names.filter((name) => !cases.some((one) => one.name === name));
  if (unknown.length > 0 || !(options.minutes > 0)) {
    if (unknown.length > 0) console.error(`There is no client "${unknown.join('", "')}".`);
    else console.error('--minutes must be a positive number.');
    console.error(`${USAGE}\nNames: ${cases.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const found = await findTools(chosen(names).flatMap(({ tools }) => tools));
  const folder = await mkdtemp(join(tmpdir(), 'onair-clients-found-'));
  try {
    const file = join(folder, 'found.json');
    await writeFile(file, JSON.stringify(found));
    return await runIsolated([RUN, `--${INSIDE}`, file, ...args]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inside(
  found: Found,
  { names, options }: { names: readonly string[]; options: Options },
): Promise<number> {
  const lab = await Lab.open(found);
  const rows: Row[] = [];
  try {
    for (const one of chosen(names)) {
      process.stdout.write(`${one.name}: `);
      const seen = await one.run(lab, options).catch((error: unknown) => {
        console.log(`failed: ${error instanceof Error ? error.stack : String(error)}`);
        return [];
      });
      for (const row of seen) console.log(row.seen);
      rows.push(...seen);
    }
  } finally {
    if (process.env.LAB_SERVER_LOG) await writeFile(process.env.LAB_SERVER_LOG, lab.onair.output);
    await lab.close();
  }
  await writePage(rows);
  return rows.length === 0 ? 1 : 0;
}

const chosen = (names: readonly string[]) =>
  cases.filter(({ name, onlyNamed }) => (names.length === 0 ? !onlyNamed : names.includes(name)));

const HEAD = `# Real clients

This page lists test results for third-party programs. \`npm run clients [-- name …]\` installs the programs that package registries offer, runs each of them against a real Onair server, and updates the program's rows. The long run is separate: \`npm run clients -- long --minutes 30\`; \`long-obs\` instead of \`long\` runs OBS alone. Unless a row says otherwise, a program runs in its own network namespace, as if it were on a different machine from Onair. No traffic leaves the machine.

_Sound_ is how far each beep lags behind its flash (median and range), measured in FFmpeg's decoded output. OBS renders and encodes on the same processors as everything else: on a busy machine, OBS's own frames are late, which widens the range. The column therefore also gives the difference from OBS's own recording of the same frames, beep by beep (_relative to its own recording_). OBS and Onair ran with real-time priority (\`chrt --rr 1\`), the other programs without. Debian's OBS doesn't support WHIP. To run its tests, set \`OBS_WEBRTC_PLUGIN\` to the path of an \`obs-webrtc.so\` that does.

If a broadcast has B-frames, FFmpeg shows the video of fragmented MP4 files late, by 67 ms with x264's defaults at 30 frames/s (\`findings/ffmpeg-negative-composition.sh\`). The sound in those rows is early by that much; browsers and downloads aren't affected.

No package registry offers MediaMTX. To run its test, set \`MEDIAMTX_BIN\` to the path of a MediaMTX binary.
`;

async function writePage(rows: readonly Row[]): Promise<void> {
  const old = readTable(await readFile(PAGE, 'utf8').catch(() => ''));
  const all = merged(old, rows);
  await writeFile(PAGE, `${HEAD}\n${formatTable(all)}\n`);
  await writePlayersPage(players, all);
}

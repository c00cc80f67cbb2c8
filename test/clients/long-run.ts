import { setTimeout as pause } from 'node:timers/promises';
import { Missing } from './install/cache.js';
import type { Lab } from './lab.js';
import { type LabChannel, lookFor } from './onair.js';
import { Program } from './program.js';
import type { Row } from './row.js';
import { versionOfFfmpeg, whipArgs } from './senders/ffmpeg.js';
import { startObs, versionOfObs } from './senders/obs.js';
import type { Target } from './senders/sender.js';
import { describeSync, type Sight, sightOf, syncOf } from './sight.js';
import type { Tool } from './toolbox.js';
import { lastWords } from './try-sender.js';

export const LONG_RUN_TOOLS: readonly Tool[] = ['ffmpeg9', 'obs'];
/** Two encoders share a small machine with Onair. */
const FORMAT = { width: 320, height: 180, fps: 30, bitrateKbps: 400 };
const LIVE_MS = 60_000;
const LOOK_MS = 5_000;
/** The recording of hours takes a while to be finished. */
const FINISHED_MS = 120_000;
/** So many beeps, one a second, are the beginning and the end of a recording. */
const EDGE_BEEPS = 60;

type Runner = Readonly<{
  client: string;
  version: (lab: Lab) => Promise<string>;
  start: (lab: Lab, target: Target, minutes: number) => Promise<Program>;
}>;

const runners: readonly Runner[] = [
  {
    client: 'FFmpeg 9',
    version: (lab) => versionOfFfmpeg(lab.pathOf('ffmpeg9')),
    start: async (lab, target) => {
      const url = target.url.replace(lab.onair.lanUrl, lab.onair.url);
      return Program.start(lab.pathOf('ffmpeg9'), whipArgs({ ...target, url }, FORMAT));
    },
  },
  {
    client: 'OBS Studio',
    version: versionOfObs,
    start: (lab, target, minutes) =>
      startObs(lab, target, { ...FORMAT, filmS: (minutes + 3) * 60 }),
  },
];

/** All of them publish at the same time, for so long; their recordings are read when that is over. */
export function tryLongRun(lab: Lab, { minutes }: { minutes: number }): Promise<Row[]> {
  return Promise.all(runners.map((runner) => runOne(lab, runner, minutes)));
}

async function runOne(lab: Lab, runner: Runner, minutes: number): Promise<Row> {
  const row = { client: runner.client, way: `WHIP, ${minutes} minutes, recorded` };
  try {
    const version = await runner.version(lab);
    return { ...row, version, seen: await publishedFor(lab, runner, minutes) };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return { ...row, version: '–', seen: `not installed here: ${error.message}` };
  }
}

async function publishedFor(lab: Lab, runner: Runner, minutes: number): Promise<string> {
  const channel = await lab.onair.channel();
  const url = `${lab.onair.lanUrl}/whip/${channel.name}`;
  const program = await runner.start(lab, { url, key: channel.key, channel }, minutes);
  try {
    const live = await lookFor(
      async () => program.isOver || (await channel.broadcast())?.state === 'live',
      LIVE_MS,
    );
    if (live === null || program.isOver) return `not live: ${lastWords(program)}`;
    const id = (await channel.broadcast())?.id ?? '';
    const interruptions = await watchFor(channel, program, minutes);
    await program.stop();
    const recording = await lookFor(async () => {
      const one = await channel.recording(id);
      return one?.state === 'ready' && one;
    }, FINISHED_MS);
    if (!recording?.playlistPath) return `${interruptions}; no recording`;
    const sight = await sightOf(`${channel.onair.url}${recording.playlistPath}`);
    return `${interruptions}; ${describeRecording(recording.durationMs, sight)}`;
  } finally {
    await program.stop('SIGKILL');
  }
}

/** Waits, and counts how often the broadcast was not live meanwhile. */
async function watchFor(channel: LabChannel, program: Program, minutes: number): Promise<string> {
  const endMs = performance.now() + minutes * 60_000;
  let looks = 0;
  let notLive = 0;
  while (performance.now() < endMs && !program.isOver) {
    await pause(Math.min(LOOK_MS, Math.max(0, endMs - performance.now())));
    looks += 1;
    if ((await channel.broadcast())?.state !== 'live') notLive += 1;
  }
  const early = program.isOver ? `, ended by itself: ${lastWords(program)}` : '';
  return `live in ${looks - notLive} of ${looks} looks${early}`;
}

function describeRecording(durationMs: number, { frames, holesMs, lateMs }: Sight): string {
  const holes = holesMs.length === 0 ? 'no holes' : `holes of ${holesMs.join(', ')} ms`;
  const edges = [lateMs.slice(0, EDGE_BEEPS), lateMs.slice(-EDGE_BEEPS), lateMs].map((part) =>
    describeSync(syncOf(part)),
  );
  const [first, last, whole] = edges;
  return `recording of ${(durationMs / 60_000).toFixed(1)} min, ${frames} frames, ${holes}; first minute: ${first}; last minute: ${last}; all of it: ${whole}`;
}

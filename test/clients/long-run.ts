import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Missing } from './install/cache.js';
import type { Lab } from './lab.js';
import { type LabChannel, pollFor } from './onair.js';
import { Program } from './program.js';
import { notInstalled, type Row } from './row.js';
import { versionOfFfmpeg, whipArgs } from './senders/ffmpeg.js';
import { ownRecordingOfObs, startObs, versionOfObs } from './senders/obs.js';
import type { Sender, Target } from './senders/sender.js';
import { describeSync, lateAgainst, type Sight, sightOf, syncOf } from './sight.js';
import type { Tool } from './toolbox.js';
import { lastWords } from './try-sender.js';

export const LONG_RUN_TOOLS: readonly Tool[] = ['ffmpeg9', 'obs'];
/** The size is small because two encoders share the machine with Onair. */
const FORMAT = { width: 320, height: 180, fps: 30, bitrateKbps: 400 };
const LIVE_MS = 60_000;
const POLL_MS = 5_000;
/** A long recording takes a while to finish. */
const FINISHED_MS = 120_000;
/**
 * The number of beeps (one per second) that are reported separately at the start and at the end of
 * a recording.
 */
const EDGE_BEEPS = 60;

type Runner = Readonly<{
  client: string;
  version: (lab: Lab) => Promise<string>;
  start: (lab: Lab, target: Target, minutes: number) => Promise<Program>;
  ownRecording?: Sender['ownRecording'];
}>;

const obsRunner: Runner = {
  client: 'OBS Studio',
  version: versionOfObs,
  start: (lab, target, minutes) => startObs(lab, target, { ...FORMAT, filmS: (minutes + 3) * 60 }),
  ownRecording: ownRecordingOfObs,
};

const runners: readonly Runner[] = [
  {
    client: 'FFmpeg 9',
    version: (lab) => versionOfFfmpeg(lab.pathOf('ffmpeg9')),
    start: async (lab, target) => {
      const url = target.url.replace(lab.onair.lanUrl, lab.onair.url);
      return Program.start(lab.pathOf('ffmpeg9'), whipArgs({ ...target, url }, FORMAT));
    },
  },
  obsRunner,
];

/** Publishes with all senders at the same time, then reads their recordings. */
export function tryLongRun(lab: Lab, { minutes }: { minutes: number }): Promise<Row[]> {
  const scenario = `WHIP, ${minutes} minutes, recorded`;
  return Promise.all(runners.map((runner) => runOne(lab, runner, { scenario, minutes })));
}

/** Publishes with OBS alone, so that no second encoder delays its frames. */
export async function tryLongRunOfObs(lab: Lab, { minutes }: { minutes: number }): Promise<Row[]> {
  const scenario = `WHIP, ${minutes} minutes alone, recorded`;
  return [await runOne(lab, obsRunner, { scenario, minutes })];
}

async function runOne(
  lab: Lab,
  runner: Runner,
  { scenario, minutes }: { scenario: string; minutes: number },
): Promise<Row> {
  const row = { client: runner.client, scenario };
  try {
    const version = await runner.version(lab);
    return { ...row, version, seen: await publishedFor(lab, runner, minutes) };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return notInstalled(row, error.message);
  }
}

async function publishedFor(lab: Lab, runner: Runner, minutes: number): Promise<string> {
  const channel = await lab.onair.channel();
  const url = `${lab.onair.lanUrl}/whip/${channel.name}`;
  const target = { url, key: channel.key, channel };
  const program = await runner.start(lab, target, minutes);
  try {
    const live = await pollFor(
      async () => program.isOver || (await channel.broadcast())?.state === 'live',
      LIVE_MS,
    );
    if (live === null || program.isOver) return `not live: ${lastWords(program)}`;
    const id = (await channel.broadcast())?.id ?? '';
    const interruptions = await watchFor(channel, program, minutes);
    await program.stop();
    const recording = await pollFor(async () => {
      const one = await channel.recording(id);
      return one?.state === 'ready' && one;
    }, FINISHED_MS);
    if (!recording?.playlistPath) return `${interruptions}; no recording`;
    const sight = await sightOf(`${channel.onair.url}${recording.playlistPath}`);
    const own = (await runner.ownRecording?.(lab, target)) ?? null;
    const compared = own === null ? '' : comparedWithOwn((await sightOf(own)).lateMs, sight.lateMs);
    return `${interruptions}; ${describeRecording(recording.durationMs, sight)}${compared}`;
  } finally {
    await program.stop('SIGKILL');
  }
}

/** Waits, then reports the machine's load and in how many checks the broadcast was live. */
async function watchFor(channel: LabChannel, program: Program, minutes: number): Promise<string> {
  const endMs = performance.now() + minutes * 60_000;
  let checks = 0;
  let notLive = 0;
  let loads = 0;
  while (performance.now() < endMs && !program.isOver) {
    await pause(Math.min(POLL_MS, Math.max(0, endMs - performance.now())));
    checks += 1;
    loads += loadavg()[0] ?? 0;
    if ((await channel.broadcast())?.state !== 'live') notLive += 1;
  }
  const early = program.isOver ? `, ended by itself: ${lastWords(program)}` : '';
  const load = `load ${(loads / checks).toFixed(1)} on ${availableParallelism()} processors`;
  return `${load}; live in ${checks - notLive} of ${checks} checks${early}`;
}

function describeRecording(durationMs: number, sight: Sight): string {
  const { frames, gapsMs } = sight;
  const gaps = gapsMs.length === 0 ? 'no gaps' : `gaps of ${gapsMs.join(', ')} ms`;
  return `recording of ${(durationMs / 60_000).toFixed(1)} min, ${frames} frames, ${gaps}; ${describeEdges(sight.lateMs)}`;
}

function comparedWithOwn(ownMs: readonly number[], lateMs: readonly number[]): string {
  const against = describeEdges(lateAgainst(ownMs, lateMs));
  return `; its own recording: ${describeEdges(ownMs)}; relative to its own recording: ${against}`;
}

function describeEdges(lateMs: readonly number[]): string {
  const edges = [lateMs.slice(0, EDGE_BEEPS), lateMs.slice(-EDGE_BEEPS), lateMs].map((part) =>
    describeSync(syncOf(part)),
  );
  const [first, last, whole] = edges;
  return `first minute: ${first}; last minute: ${last}; all of it: ${whole}`;
}

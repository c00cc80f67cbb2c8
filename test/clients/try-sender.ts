import { join } from 'node:path';
import type { Lab } from './lab.js';
import { Missing } from './install/cache.js';
import { type LabChannel, pollFor } from './onair.js';
import type { Program } from './program.js';
import { notInstalled, type Row } from './row.js';
import type { Sender } from './senders/sender.js';
import { describeSight, describeSync, lateAgainst, saveLive, sightOf, syncOf } from './sight.js';

const LIVE_MS = 40_000;
const HLS_MS = 30_000;
const WATCH_S = 14;
const OVER_MS = 15_000;
const RECORDING_MS = 30_000;

/** Publishes with one sender; returns a row that describes what arrived. */
export async function trySender(lab: Lab, sender: Sender): Promise<Row> {
  const { client, scenario } = sender;
  try {
    const version = await sender.version(lab);
    return { client, version, scenario, seen: await whatComesOf(lab, sender) };
  } catch (error) {
    if (error instanceof Missing) return notInstalled({ client, scenario }, error.message);
    throw error;
  }
}

async function whatComesOf(lab: Lab, sender: Sender): Promise<string> {
  const channel = await lab.onair.channel();
  const url = `${lab.onair.lanUrl}/whip/${channel.name}`;
  const fromMs = performance.now();
  const target = { url, key: channel.key, channel };
  const program = await sender.publish(lab, target);
  try {
    const live = await pollFor(
      async () => program.isOver || (await channel.broadcast())?.state === 'live',
      LIVE_MS,
    );
    if (live === null || program.isOver) return `not live: ${lastWords(program)}`;
    const liveS = (performance.now() - fromMs) / 1_000;
    const seen = [`live after ${liveS.toFixed(1)} s`, ...(await watched(lab, channel))];
    const end = await ended(channel, program);
    seen.push(...end.seen);
    const own = await sender.ownRecording?.(lab, target);
    if (own) seen.push(...comparedWithOwn((await sightOf(own)).lateMs, end.lateMs));
    return seen.join('; ');
  } finally {
    await program.stop('SIGKILL');
  }
}

async function watched(lab: Lab, channel: LabChannel): Promise<string[]> {
  const ready = await pollFor(async () => (await channel.broadcast())?.hls === 'ready', HLS_MS);
  if (ready === null) return ['no HLS'];
  const file = join(lab.folder, `${channel.name}.nut`);
  await saveLive(channel.hlsUrl, file, WATCH_S);
  const { tracks } = await channel.ingest();
  const received = tracks.map(({ codec, streams }) => describeTrack(codec, streams.length));
  return [`received: ${received.join(', ')}`, `HLS: ${describeSight(await sightOf(file))}`];
}

const CODEC_NAMES = new Map([
  ['opus', 'Opus'],
  ['H264', 'H.264'],
]);

function describeTrack(codec: string, layers: number): string {
  const name = CODEC_NAMES.get(codec) ?? codec;
  return layers === 1 ? name : `${name} in ${layers} layers`;
}

/** Stops the program with Ctrl+C, then reads the recording. */
async function ended(
  channel: LabChannel,
  program: Program,
): Promise<{ seen: string[]; lateMs: readonly number[] }> {
  const id = (await channel.broadcast())?.id ?? '';
  await program.stop();
  const isOver = await pollFor(async () => (await channel.broadcast()) === null, OVER_MS);
  const state = (await channel.broadcast())?.state;
  const end = isOver
    ? 'stopping it ends the broadcast'
    : `when it stops, the broadcast is ${state}`;
  if (!isOver) return { seen: [end], lateMs: [] };
  const recording = await pollFor(async () => {
    const one = await channel.recording(id);
    return one?.state === 'ready' && one;
  }, RECORDING_MS);
  if (!recording?.playlistPath) return { seen: [end, 'no recording'], lateMs: [] };
  const sight = await sightOf(`${channel.onair.url}${recording.playlistPath}`);
  return { seen: [end, `recording: ${describeSight(sight)}`], lateMs: sight.lateMs };
}

function comparedWithOwn(ownMs: readonly number[], lateMs: readonly number[]): string[] {
  const against = describeSync(syncOf(lateAgainst(ownMs, lateMs)));
  return [
    `its own recording: ${describeSync(syncOf(ownMs))}`,
    `relative to its own recording: ${against}`,
  ];
}

/** How FFmpeg marks what an RTMP server answered. */
const SERVER_ANSWER = /Server error/;
/** FFmpeg's statistics, which contain the word "unknown". */
const STATISTICS = /muxing overhead/;

/** Returns the server's answer if the program shows it, or its last error messages, without keys. */
export function lastWords(program: Program): string {
  const errors = program.lines.filter(
    (line) =>
      /error|fail|refus|invalid|unknown|unrecognized|not /i.test(line) && !STATISTICS.test(line),
  );
  const answers = errors.filter((line) => SERVER_ANSWER.test(line));
  const said = (answers.length > 0 ? answers : errors).slice(-2).join(' / ');
  return said.replaceAll(/live_[\w-]+/g, 'KEY') || 'it said nothing';
}

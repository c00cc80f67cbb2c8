import { spawn } from 'node:child_process';
import { z } from 'zod';
import { ffmpegBin } from './ffmpeg.js';

/** ffprobe, as scripts/test.mjs found it; FFPROBE_BIN is empty if it is missing. */
const ffprobeBin: string = process.env.FFPROBE_BIN ?? 'ffprobe';

/** Whether both FFmpeg programs are available. */
export const hasFfmpegReaders: boolean = ffmpegBin !== '' && ffprobeBin !== '';

/**
 * The starting position: the newest position that is safe to play, or the oldest that still exists.
 */
export type ReadFrom = 'live' | 'rewind';

const Packet = z.object({
  stream_index: z.number(),
  pts: z.number(),
  dts: z.number(),
  duration: z.number().optional(),
  flags: z.string(),
});
const Probed = z.object({
  streams: z.array(
    z.object({
      index: z.number(),
      codec_type: z.enum(['video', 'audio']),
      codec_name: z.string(),
      time_base: z.string().transform((text) => Number(text.replace(/^1\//, ''))),
      width: z.number().optional(),
      height: z.number().optional(),
    }),
  ),
  packets: z.array(Packet),
});

/** One stream as ffprobe read it; times are in ticks of 1/`timescale` s. */
export type ReadStream = Readonly<{
  kind: 'video' | 'audio';
  codec: string;
  timescale: number;
  width: number | undefined;
  height: number | undefined;
  packets: readonly ReadPacket[];
}>;
export type ReadPacket = Readonly<{
  pts: number;
  dts: number;
  /**
   * For a playlist, FFmpeg 5 guesses it from the frame rate; for a file, it is the stored value.
   */
  duration: number | undefined;
  isKey: boolean;
}>;

/**
 * Keeps each frame's time. By default, FFmpeg guesses a frame rate for its output, at which the
 * times of frames may coincide.
 */
export const EVERY_FRAME = ['-fps_mode', 'passthrough', '-enc_time_base:v', '1:90000'];

/**
 * Plays all streams at `url` for this long with FFmpeg, which decodes them; rejects on any warning.
 */
export async function playWithFfmpeg(url: string, { from, seconds }: Reading): Promise<void> {
  const input = [...inputOptions(from), '-i', url];
  const output = ['-t', `${seconds}`, '-map', '0', ...EVERY_FRAME, '-f', 'null', '-'];
  await run(ffmpegBin, ['-nostats', '-xerror', ...input, ...output]);
}

/** Returns FFmpeg's output for these arguments; rejects on any warning. */
export function decoded(args: readonly string[]): Promise<Buffer> {
  return run(ffmpegBin, ['-nostats', ...args]);
}

export type Reading = Readonly<{ from: ReadFrom; seconds: number }>;

/** Reads all streams at `url` for this long with ffprobe; rejects on any warning. */
export async function probeHls(url: string, { from, seconds }: Reading): Promise<ReadStream[]> {
  return probe([...inputOptions(from), '-read_intervals', `%+${seconds}`, url]);
}

/** Reads the bytes of a file with ffprobe; rejects on any warning. */
export async function probeBytes(bytes: Uint8Array): Promise<ReadStream[]> {
  return probe(['-i', 'pipe:0'], bytes);
}

async function probe(input: readonly string[], bytes?: Uint8Array): Promise<ReadStream[]> {
  const show = ['-show_streams', '-show_packets', '-of', 'json'];
  const text = await run(ffprobeBin, [...show, ...input], bytes);
  const { streams, packets } = Probed.parse(JSON.parse(text.toString()));
  return streams.map(({ index, codec_type, codec_name, time_base, width, height }) => ({
    kind: codec_type,
    codec: codec_name,
    timescale: time_base,
    width,
    height,
    packets: packets
      .filter((packet) => packet.stream_index === index)
      .map(({ pts, dts, duration, flags }) => ({
        pts,
        dts,
        duration,
        isKey: flags.startsWith('K'),
      })),
  }));
}

/** By default FFmpeg starts at the third segment from the end. */
const inputOptions = (from: ReadFrom): string[] =>
  from === 'rewind' ? ['-live_start_index', '0'] : [];

/**
 * FFmpeg 5 prints this whenever it reads a live playlist's init section again. The stream is
 * correct nevertheless.
 */
const OWN_WARNING = /^\[mov,mp4,[^\]]*\] \[warning\] Found duplicated MOOV Atom\. Skipped it$/;
/** A message's level follows the address of its context, if it has one. */
const LEVEL = /^(?:\[[^\]]* @ 0x[0-9a-f]+\] )?\[(\w+)\] /;
const WARNING_LEVELS: ReadonlySet<string | undefined> = new Set([
  'warning',
  'error',
  'fatal',
  'panic',
]);
/**
 * The number of lines that a rejection quotes. With `-xerror`, FFmpeg 5 exits without a message of
 * its own if a decoder rejects a frame without giving a reason; the preceding lines name the
 * segment.
 */
const QUOTED_LINES = 30;

async function run(program: string, args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  const child = spawn(program, ['-hide_banner', '-v', 'repeat+level+verbose', ...args]);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const printed: Buffer[] = [];
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.once('error', reject);
  child.once('close', (code, signal) => {
    const lines = said.split('\n').filter((line) => line !== '');
    const warnings = warningsIn(lines);
    if (code === 0 && warnings.length === 0) return resolve(Buffer.concat(printed));
    const ended = `${program} ${args.join(' ')} ended with ${code ?? signal}`;
    const last = lines.slice(-QUOTED_LINES);
    reject(new Error([`${ended}:`, ...warnings, 'Its last lines:', ...last].join('\n')));
  });
  child.stdin.on('error', reject);
  child.stdin.end(input);
  return promise;
}

/** Returns the messages with level `warning` or worse. Their continuation lines have no level. */
function warningsIn(lines: readonly string[]): string[] {
  let isWarning = false;
  return lines.filter((line) => {
    const level = LEVEL.exec(line)?.[1];
    if (level !== undefined) isWarning = WARNING_LEVELS.has(level) && !OWN_WARNING.test(line);
    return isWarning;
  });
}

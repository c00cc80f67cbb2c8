import { spawn } from 'node:child_process';
import { z } from 'zod';
import { ffmpegBin } from './ffmpeg.js';

/** FFmpeg's own reader, as scripts/test.mjs found it; an empty FFPROBE_BIN says that there is none. */
const ffprobeBin: string = process.env.FFPROBE_BIN ?? 'ffprobe';

/** Whether both of FFmpeg's programs are here. */
export const hasFfmpegReaders: boolean = ffmpegBin !== '' && ffprobeBin !== '';

/** From the newest that is safe to play, or from the oldest that is still there. */
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

/** One stream as ffprobe read it; times in ticks, `timescale` of them a second. */
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
  /** From a playlist FFmpeg 5 guesses it from the frame rate; from a file it is what is written there. */
  duration: number | undefined;
  isKey: boolean;
}>;

/** Else FFmpeg's output goes by the frame rate that it guesses, on whose clock frames may fall together. */
export const EVERY_FRAME = ['-fps_mode', 'passthrough', '-enc_time_base:v', '1:90000'];

/** Plays so many seconds of all streams at `url` with FFmpeg, decoding them; rejects at any warning. */
export async function playWithFfmpeg(url: string, { from, seconds }: Reading): Promise<void> {
  const input = [...inputOptions(from), '-i', url];
  const output = ['-t', `${seconds}`, '-map', '0', ...EVERY_FRAME, '-f', 'null', '-'];
  await run(ffmpegBin, ['-xerror', ...input, ...output]);
}

/** What FFmpeg writes to its output with these arguments; rejects at any warning. */
export function decoded(args: readonly string[]): Promise<Buffer> {
  return run(ffmpegBin, args);
}

export type Reading = Readonly<{ from: ReadFrom; seconds: number }>;

/** Reads so many seconds of all streams at `url` with ffprobe; rejects at any warning. */
export async function probeHls(url: string, { from, seconds }: Reading): Promise<ReadStream[]> {
  return probe([...inputOptions(from), '-read_intervals', `%+${seconds}`, url]);
}

/** Reads a file's bytes with ffprobe; rejects at any warning. */
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

/** FFmpeg goes to the third segment from the end by itself. */
const inputOptions = (from: ReadFrom): string[] =>
  from === 'rewind' ? ['-live_start_index', '0'] : [];

/** FFmpeg 5 says this of itself when it reads a live playlist's init section again: no fault of the stream. */
const OWN_WARNING = /^\[mov,mp4,[^\]]*\] Found duplicated MOOV Atom\. Skipped it$/;

async function run(program: string, args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  const child = spawn(program, ['-hide_banner', '-v', 'repeat+warning', ...args]);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const printed: Buffer[] = [];
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.once('error', reject);
  child.once('close', (code) => {
    const warnings = said.split('\n').filter((line) => line !== '' && !OWN_WARNING.test(line));
    if (code === 0 && warnings.length === 0) resolve(Buffer.concat(printed));
    else
      reject(new Error(`${program} ${args.join(' ')} ended with ${code}:\n${warnings.join('\n')}`));
  });
  child.stdin.on('error', reject);
  child.stdin.end(input);
  return promise;
}

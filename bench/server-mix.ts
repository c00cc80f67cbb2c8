import { setTimeout as pause } from 'node:timers/promises';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { findMixer, type MixerCommand } from '../src/mixer/find-mixer.js';
import type { MixTile } from '../src/mixer/mixer-messages.js';
import { MixerProcess } from '../src/mixer/mixer-process.js';
import { ffmpegBin } from '../test/support/ffmpeg.js';
import { freePort } from '../test/support/free-port.js';
import { cpuUsOfTree } from './process-cpu.js';
import { CannotRun, comparison, figure, type Row } from './row.js';

const INPUTS = 4;
const ROUNDS = 3;
const SETTLING_MS = 6_000;
const MEASURED_MS = 12_000;
const FPS = 30;
const SIZE = { width: 1280, height: 720 };
/** The size of each place in a grid of four, the same for both mixers. */
const TILE = { width: 616, height: 344 };
const PLACES = [
  [16, 8],
  [648, 8],
  [16, 368],
  [648, 368],
] as const;
const BITRATE_BPS = 2_500_000;

/** The CPU time of a program in microseconds, and the frames that it encoded, both per second. */
type Use = { cpuUsPerS: number; framesPerS: number };
type Sent = { child: ChildProcess; ports: { video: number; audio: number } };

/**
 * Measures the CPU time of the server's mixer with four 720p30 inputs, against FFmpeg with
 * `xstack`, `amix`, and the same encoder settings and inputs.
 */
export async function benchServerMix(): Promise<Row[]> {
  const python = process.env.MIX_PYTHON_BIN;
  const command = await findMixer(python ? python : null, pino({ level: 'silent' }));
  if (!command) throw new CannotRun('GStreamer is not installed.');
  const folder = await mkdtemp(join(tmpdir(), 'onair-bench-mix-'));
  try {
    const film = await encodeFilm(folder);
    const rounds: { mixer: Use; ffmpeg: Use }[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push({
        mixer: await useOfMixer(command, film),
        ffmpeg: await useOfFfmpeg(folder, film),
      });
    return [
      comparison(`server’s mix of ${INPUTS} at 720p30, against FFmpeg with xstack and amix`, {
        unit: 'ms CPU/s',
        rounds: rounds.map(({ mixer, ffmpeg }) => ({
          measured: mixer.cpuUsPerS / 1_000,
          baseline: ffmpeg.cpuUsPerS / 1_000,
        })),
        ratioAtMost: 1.1,
      }),
      ...(['mixer', 'ffmpeg'] as const).map((who) =>
        figure(`frames that ${who === 'mixer' ? 'the mix' : 'FFmpeg'} lacks of 30 per second`, {
          unit: 'frames/s',
          values: rounds.map((round) => Math.max(0, FPS - round[who].framesPerS)),
          atMost: who === 'mixer' ? 1 : null,
        }),
      ),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Encodes a moving video with noise, like a camera's, and a tone. Resolves with its path. */
async function encodeFilm(folder: string): Promise<string> {
  const film = join(folder, 'film.mkv');
  const seconds = '10';
  await promisify(execFile)(
    ffmpegBin,
    [
      [
        '-v',
        'error',
        '-f',
        'lavfi',
        '-i',
        `testsrc2=size=1280x720:rate=${FPS},noise=alls=8:allf=t`,
      ],
      ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', seconds],
      ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-b:v', '1500k'],
      ['-profile:v', 'baseline', '-pix_fmt', 'yuv420p', '-g', String(FPS)],
      ['-c:a', 'libopus', '-ac', '2', '-b:a', '64k', film],
    ].flat(),
  );
  return film;
}

/** Sends the video in real time, in a loop. */
function send(film: string, ports: { video: number; audio: number }, ssrc: number): ChildProcess {
  const to = (port: number, more: number) =>
    [
      ['-c', 'copy', '-ssrc', String(ssrc + more), '-payload_type', String(96 + more)],
      ['-f', 'rtp', `rtp://127.0.0.1:${port}?pkt_size=1200`],
    ].flat();
  return spawn(
    ffmpegBin,
    [
      ['-v', 'error', '-re', '-stream_loop', '-1', '-i', film],
      ['-map', '0:v', '-bsf:v', 'dump_extra', ...to(ports.video, 0)],
      ['-map', '0:a', ...to(ports.audio, 1)],
    ].flat(),
    { stdio: 'ignore' },
  );
}

async function useOfMixer(command: MixerCommand, film: string): Promise<Use> {
  const track = async (payloadType: number) => ({ port: await freePort(), payloadType, ssrc: 7 });
  const mixer = await MixerProcess.start(
    command,
    {
      ...SIZE,
      fps: FPS,
      threads: 2,
      video: { ...(await track(101)), bitrateBps: BITRATE_BPS },
      audio: await track(100),
    },
    pino({ level: 'silent' }),
  );
  const sent: Sent[] = [];
  try {
    for (let input = 0; input < INPUTS; input += 1) {
      const ssrc = 1_000 + 10 * input;
      const common = { held: false };
      const video = await mixer.add({
        ...common,
        id: `video${input}`,
        kind: 'video',
        codec: 'H264',
        clockRate: 90_000,
        payloadType: 96,
        ssrc,
      });
      const audio = await mixer.add({
        ...common,
        id: `audio${input}`,
        kind: 'audio',
        codec: 'OPUS',
        clockRate: 48_000,
        payloadType: 97,
        ssrc: ssrc + 1,
      });
      const ports = { video: video.port, audio: audio.port };
      sent.push({ ports, child: send(film, ports, ssrc) });
    }
    mixer.layOut(
      PLACES.map(([x, y], at): MixTile => ({ id: `video${at}`, x, y, ...TILE, fit: 'cover' })),
    );
    return await useOf(mixer.pid, () => mixer.frames);
  } finally {
    mixer.close();
    for (const { child } of sent) child.kill('SIGKILL');
  }
}

async function useOfFfmpeg(folder: string, film: string): Promise<Use> {
  const inputs: string[] = [];
  const sent: Sent[] = [];
  for (let input = 0; input < INPUTS; input += 1) {
    const ports = { video: await freeEvenPort(), audio: await freeEvenPort() };
    const file = join(folder, `input${input}.sdp`);
    await writeFile(file, describeInput(ports));
    inputs.push('-protocol_whitelist', 'file,udp,rtp', '-i', file);
    sent.push({ ports, child: send(film, ports, 1_000 + 10 * input) });
  }
  const each = (make: (at: number) => string) => PLACES.map((_, at) => make(at)).join('');
  const filter = [
    // Cropped to the tile's shape, as the mixer does.
    each(
      (at) =>
        `[${at}:v]crop=ih*${TILE.width}/${TILE.height}:ih,scale=${TILE.width}:${TILE.height}[v${at}];`,
    ),
    `${each((at) => `[v${at}]`)}xstack=inputs=${INPUTS}:layout=0_0|w0_0|0_h0|w0_h0,`,
    `pad=${SIZE.width}:${SIZE.height}:24:16,fps=${FPS}[v];`,
    `${each((at) => `[${at}:a]`)}amix=inputs=${INPUTS}[a]`,
  ].join('');
  const child = spawn(
    ffmpegBin,
    [
      ['-v', 'error', '-nostats', '-progress', 'pipe:1', ...inputs, '-filter_complex', filter],
      ['-map', '[v]', '-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency'],
      ['-profile:v', 'baseline', '-b:v', String(BITRATE_BPS), '-maxrate', String(BITRATE_BPS)],
      ['-bufsize', String(BITRATE_BPS), '-bf', '0', '-threads', '2', '-g', String(2 * FPS)],
      ['-pix_fmt', 'yuv420p', '-f', 'rtp', `rtp://127.0.0.1:${await freeEvenPort()}`],
      ['-map', '[a]', '-c:a', 'libopus', '-b:a', '128k'],
      ['-f', 'rtp', `rtp://127.0.0.1:${await freeEvenPort()}`],
    ].flat(),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let frames = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    for (const [, count] of chunk.toString().matchAll(/^frame=(\d+)$/gm)) frames = Number(count);
  });
  try {
    return await useOf(child.pid, () => frames);
  } finally {
    child.kill('SIGKILL');
    for (const one of sent) one.child.kill('SIGKILL');
  }
}

async function useOf(pid: number | undefined, frames: () => number): Promise<Use> {
  if (pid === undefined) throw new CannotRun('The program has no process id.');
  await pause(SETTLING_MS);
  const before = { cpuUs: await cpuUsOfTree(pid), frames: frames() };
  const startedMs = performance.now();
  await pause(MEASURED_MS);
  const seconds = (performance.now() - startedMs) / 1_000;
  return {
    cpuUsPerS: ((await cpuUsOfTree(pid)) - before.cpuUs) / seconds,
    framesPerS: (frames() - before.frames) / seconds,
  };
}

function describeInput({ video, audio }: { video: number; audio: number }): string {
  return [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=video ${video} RTP/AVP 96`,
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1',
    `m=audio ${audio} RTP/AVP 97`,
    'a=rtpmap:97 opus/48000/2',
    '',
  ].join('\r\n');
}

/** Returns an even port, because FFmpeg receives RTCP on the next one. */
async function freeEvenPort(): Promise<number> {
  const port = await freePort();
  return port % 2 === 0 ? port : port - 1;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { ffmpegBin } from './ffmpeg.js';
import { PacedPackets, type SendPacket } from './paced-packets.js';

/** The contents of a test film, with FFmpeg's names for codecs, profiles and sizes. */
export type Film = Readonly<{
  /** H.264 is sent with its parameter sets in band. */
  video: 'h264' | 'vp8' | null;
  audio: boolean;
  profile?: 'baseline' | 'main' | 'high';
  /**
   * Whether the H.264 has B-frames, including ones that refer to each other. The baseline profile
   * doesn't allow B-frames.
   */
  bFrames?: boolean;
  /** The size of the test bars; the default is 640x360. */
  size?: '640x360' | '320x180';
  /**
   * Black with a white flash and a beep in the first tenth of each second, instead of bars and a
   * tone.
   */
  flashes?: boolean;
}>;

const bars = (size: string) => ({
  video: `testsrc2=size=${size}:rate=30`,
  audio: 'sine=frequency=440:sample_rate=48000',
});
const FLASHES = {
  video:
    "color=black:size=640x360:rate=30,drawbox=color=white:t=fill:enable='lt(mod(t\\,1)\\,0.1)'",
  audio: "aevalsrc='sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.1)':sample_rate=48000",
};

/** The film is longer than any test. */
const LENGTH_S = 1_800;
/** `setpriv` kills FFmpeg when this process dies, even if the test is killed and can't clean up. */
const WITH_PARENT = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL'] : [];

const H264_PARAMS = 'repeat-headers=1:keyint=30:scenecut=0';
const H264 = ['-c:v', 'libx264', '-preset', 'superfast', '-x264-params', H264_PARAMS];
const VIDEO = {
  h264: (profile: string, bFrames: boolean) => [
    ...H264,
    ...(bFrames ? ['-bf', '3', '-b_strategy', '0'] : ['-tune', 'zerolatency', '-bf', '0']),
    '-profile:v',
    profile,
  ],
  vp8: () => ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '30'],
};

/** A test film as RTP in real time, from FFmpeg. FFmpeg's sender reports go to the discard port. */
export class FilmRtp {
  readonly #child: ChildProcess;
  readonly #sockets: readonly Socket[];
  readonly #paced: PacedPackets;

  private constructor(child: ChildProcess, sockets: readonly Socket[], paced: PacedPackets) {
    this.#child = child;
    this.#sockets = sockets;
    this.#paced = paced;
  }

  /** @param onPacket receives each RTP packet with its kind */
  static async start(
    { video, audio, profile = 'baseline', bFrames = false, size, flashes = false }: Film,
    onPacket: SendPacket,
  ): Promise<FilmRtp> {
    const args = ['-hide_banner', '-v', 'error', '-t', String(LENGTH_S), '-re'];
    const paced = new PacedPackets(onPacket);
    const sockets: Socket[] = [];
    const outputs: string[] = [];
    const output = async (kind: 'audio' | 'video', options: readonly string[]) => {
      const socket = await listen((packet) => paced.take(kind, packet));
      sockets.push(socket);
      const target = `rtp://127.0.0.1:${socket.address().port}?pkt_size=1200&rtcpport=9`;
      outputs.push(...options, '-f', 'rtp', target);
    };
    const source = flashes ? FLASHES : bars(size ?? '640x360');
    args.push(
      '-f',
      'lavfi',
      '-i',
      source.video,
      '-t',
      String(LENGTH_S),
      '-re',
      '-f',
      'lavfi',
      '-i',
      source.audio,
    );
    if (video)
      await output('video', [
        '-map',
        '0:v',
        '-pix_fmt',
        'yuv420p',
        ...VIDEO[video](profile, bFrames),
      ]);
    if (audio) await output('audio', ['-map', '1:a', '-ac', '2', '-c:a', 'libopus']);
    const [program = ffmpegBin, ...options] = [...WITH_PARENT, ffmpegBin, ...args, ...outputs];
    const child = spawn(program, options, { stdio: 'ignore' });
    return new FilmRtp(child, sockets, paced);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    this.#paced.stop();
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}

async function listen(onPacket: (packet: Buffer) => void): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', onPacket);
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ffmpegBin } from './ffmpeg.js';

export type RtmpFilm = Readonly<{
  /** Null for no picture. `bFrames`: how many pictures may be shown before the one they precede. */
  video: Readonly<{ bFrames: number; pixels?: 'yuv420p' | 'yuv444p' }> | null;
  /** Null for no sound. */
  audio: Readonly<{ sampleRate: number; channels: number }> | null;
  /** Whether the film flashes and beeps each second, instead of a test picture with a tone. */
  flashes?: boolean;
}>;

export const PLAIN_FILM: RtmpFilm = {
  video: { bFrames: 0 },
  audio: { sampleRate: 48_000, channels: 2 },
};

/** FFmpeg, publishing a test picture with a tone over RTMP in real time. */
export class FfmpegRtmp {
  readonly #child: ChildProcess;
  #said = '';

  /** @param url with the stream key */
  constructor(url: string, film: RtmpFilm = PLAIN_FILM) {
    const args = ['-hide_banner', '-nostdin', '-v', 'error', ...argsOf(film), '-f', 'flv', url];
    this.#child = spawn(ffmpegBin, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
  }

  /** What FFmpeg printed: errors. */
  get said(): string {
    return this.#said;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the exit code when FFmpeg has ended by itself. */
  async ended(): Promise<number | null> {
    if (this.isRunning) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  /** Stops as a user does, so that FFmpeg says goodbye. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill('SIGINT');
    await this.ended();
  }

  /** Disappears without a word. */
  async kill(): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill('SIGKILL');
    await this.ended();
  }

  /** Stops sending, but keeps the connection open. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** Resumes after {@link freeze}. */
  thaw(): void {
    this.#child.kill('SIGCONT');
  }
}

const BARS = 'testsrc2=size=320x180:rate=25';
const FLASHES =
  "color=black:size=320x180:rate=25,drawbox=color=white:t=fill:enable='lt(mod(t\\,1)\\,0.1)'";
const BEEPS = "aevalsrc='sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.1)':sample_rate=";
const TONE = 'sine=frequency=440:sample_rate=';

function argsOf({ video, audio, flashes = false }: RtmpFilm): string[] {
  const picture = ['-re', '-f', 'lavfi', '-i', flashes ? FLASHES : BARS];
  const tone = `${flashes ? BEEPS : TONE}${audio?.sampleRate}`;
  const sound = audio ? ['-re', '-f', 'lavfi', '-i', tone] : [];
  const pixels = ['-pix_fmt', video?.pixels ?? 'yuv420p'];
  const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', ...pixels, '-g', '25'];
  return [
    ...(video ? picture : []),
    ...sound,
    ...(video ? [...x264, '-bf', String(video.bFrames)] : []),
    ...(audio ? ['-c:a', 'aac', '-b:a', '96k', '-ac', String(audio.channels)] : []),
  ];
}

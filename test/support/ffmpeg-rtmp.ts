import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ffmpegBin } from './ffmpeg.js';

export type RtmpFilm = Readonly<{
  /**
   * Null for no video. `bFrames`: the maximum number of consecutive B-frames. `size`: such as
   * 1280x720; `rate`: frames per second, with a key frame each second.
   */
  video: Readonly<{
    bFrames: number;
    pixels?: 'yuv420p' | 'yuv444p';
    size?: string;
    rate?: number;
  }> | null;
  /** Null for no audio. */
  audio: Readonly<{ sampleRate: number; channels: number }> | null;
  /**
   * Whether the film flashes and beeps each second instead of showing a test picture with a tone.
   */
  flashes?: boolean;
}>;

/** An FLV file, which is sent unchanged. */
export type FlvFile = Readonly<{ file: string }>;

export const PLAIN_FILM: RtmpFilm = {
  video: { bFrames: 0 },
  audio: { sampleRate: 48_000, channels: 2 },
};

/** An FFmpeg process that publishes a test picture with a tone over RTMP in real time. */
export class FfmpegRtmp {
  readonly #child: ChildProcess;
  #said = '';

  /** @param url the server's URL, with the stream key */
  constructor(
    url: string,
    film: RtmpFilm | FlvFile = PLAIN_FILM,
    format: 'flv' | 'mpegts' | 'h264' = 'flv',
  ) {
    const media = 'file' in film ? ['-re', '-i', film.file, '-c', 'copy'] : argsOf(film);
    const args = ['-hide_banner', '-nostdin', '-v', 'error', ...media, '-f', format, url];
    this.#child = spawn(ffmpegBin, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
  }

  /** FFmpeg's output, which contains only errors. */
  get said(): string {
    return this.#said;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the exit code when FFmpeg has exited by itself. */
  async ended(): Promise<number | null> {
    if (this.isRunning) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  /** Stops as if the user had quit FFmpeg, which then closes the stream properly. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.#child.kill('SIGINT');
    await this.ended();
  }

  /** Disappears without closing the stream. */
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

const BEEPS = "aevalsrc='sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.1)':sample_rate=";
const TONE = 'sine=frequency=440:sample_rate=';

const bars = (size: string, rate: number): string => `testsrc2=size=${size}:rate=${rate}`;
const flashing = (size: string, rate: number): string =>
  `color=black:size=${size}:rate=${rate},drawbox=color=white:t=fill:enable='lt(mod(t\\,1)\\,0.1)'`;

function argsOf({ video, audio, flashes = false }: RtmpFilm): string[] {
  const { size = '320x180', rate = 25 } = video ?? {};
  const drawn = flashes ? flashing(size, rate) : bars(size, rate);
  const picture = ['-re', '-f', 'lavfi', '-i', drawn];
  const tone = `${flashes ? BEEPS : TONE}${audio?.sampleRate}`;
  const sound = audio ? ['-re', '-f', 'lavfi', '-i', tone] : [];
  const pixels = ['-pix_fmt', video?.pixels ?? 'yuv420p'];
  const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', ...pixels, '-g', String(rate)];
  return [
    ...(video ? picture : []),
    ...sound,
    ...(video ? [...x264, '-bf', String(video.bFrames)] : []),
    ...(audio ? ['-c:a', 'aac', '-b:a', '96k', '-ac', String(audio.channels)] : []),
  ];
}

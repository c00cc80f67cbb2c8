import type { Readable } from 'node:stream';
import type { VideoEncoder } from '../config/video-encoders.js';
import type { VideoConfig } from '../media/codecs/codec-config.js';
import { type FfmpegProcess, spawnFfmpeg } from '../media/ffmpeg/spawn-ffmpeg.js';
import { flvHeader, FlvReader, type FlvTag, flvTag, TAG } from '../media/flv/flv-file.js';
import { readVideoTag, videoConfigTag, videoTag } from '../media/flv/video-tag.js';
import type { LadderStep } from './ladder-steps.js';
import { PictureTimes } from './picture-times.js';
import { deviceArgs, encodingArgs, type EncodingPurpose, memoryLimitOf } from './encoding-args.js';

/** The maximum input waiting to be read by FFmpeg, in bytes: several seconds at a high bit rate. */
const BACKLOG_MAX = 16 * 1_048_576;
/** How long FFmpeg may take to output the last frames. */
const FINISH_MS = 5_000;
const MESSAGE_MAX = 500;
/** Forwarding and packaging have priority over transcoding, but a busy machine doesn't stop it. */
const NICENESS = 10;

/** A frame of the source, in decoding order. Times are in 90 kHz ticks. */
export type SourcePicture = Readonly<{
  /** NAL units with 4-byte lengths. */
  data: Uint8Array;
  /** Whether it is an IDR picture. */
  keyFrame: boolean;
  decodeTicks: number;
  shownTicks: number;
}>;

/** A transcoded frame. It is decoded at the time at which it is shown. */
export type MadePicture = Readonly<{
  /** NAL units with 4-byte lengths, without parameter sets. */
  data: Uint8Array;
  keyFrame: boolean;
  /** The presentation time of the source frame, in 90 kHz ticks. */
  shownTicks: number;
  config: VideoConfig;
}>;

export type TranscoderOptions = Readonly<{
  /** The source's configuration, which doesn't change. */
  source: VideoConfig;
  /** The renditions to make; at least one. */
  steps: readonly LadderStep[];
  purpose: EncodingPurpose;
  onPicture: (step: LadderStep, picture: MadePicture) => void;
  /**
   * Called once when FFmpeg has exited: with the reason if it failed, or null if its input ended.
   */
  onExit: (reason: string | null) => void;
}>;

/** What users of a transcoder call. */
export type Transcoder = Pick<
  H264Transcoder,
  'isBehind' | 'isFinishing' | 'push' | 'finish' | 'kill'
>;

/** How to run FFmpeg. */
export type TranscoderProgram = Readonly<{
  /** The path of FFmpeg. */
  program: string;
  encoder: VideoEncoder;
}>;

/**
 * One FFmpeg process that decodes H.264 once and encodes it in one or more sizes, without B-frames.
 * Key frames are placed as {@link EncodingPurpose} describes, and every frame keeps the time of its
 * source frame.
 */
export class H264Transcoder {
  readonly #options: TranscoderOptions;
  readonly #child: FfmpegProcess;
  readonly #times: PictureTimes;
  #stderr = '';
  #patience: NodeJS.Timeout | undefined;
  #ended = false;

  /** @throws Error if the system can't start a process */
  constructor({ program, encoder }: TranscoderProgram, options: TranscoderOptions) {
    this.#options = options;
    const { steps, source } = options;
    this.#times = new PictureTimes(steps.length);
    const args = {
      ...argsFor(encoder, options),
      moreOutputs: steps.length - 1,
      niceness: NICENESS,
    };
    const limits = { memoryMiB: memoryLimitOf(encoder), cpuSeconds: null };
    const child = spawnFfmpeg(program, args, limits);
    this.#child = child;
    // FFmpeg closes its input when it fails; its message comes with `close`.
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => this.#end(error.message));
    child.once('close', (code, signal) =>
      this.#end(code === 0 ? null : `${code ?? signal}: ${this.#stderr}`),
    );
    child.stderr.on('data', (chunk: Uint8Array) => {
      this.#stderr = `${this.#stderr}${Buffer.from(chunk).toString()}`.slice(0, MESSAGE_MAX);
    });
    for (const [place, step] of steps.entries()) this.#read(place, step);
    child.stdin.write(flvHeader({ audio: false, video: true }));
    child.stdin.write(flvTag({ type: TAG.video, timeMs: 0, body: videoConfigTag(source.record) }));
  }

  /**
   * Whether FFmpeg can't keep up with the source: one of its outputs is more than three seconds of
   * video behind its input.
   */
  get isBehind(): boolean {
    return this.#times.isBehind || this.#child.stdin.writableLength > BACKLOG_MAX;
  }

  /** Whether the input has ended, so that {@link push} must not be called. */
  get isFinishing(): boolean {
    return this.#patience !== undefined;
  }

  /** Adds the next picture. The first one must be a key frame. */
  push({ data, keyFrame, decodeTicks, shownTicks }: SourcePicture): void {
    if (this.#ended) return;
    const { decodeMs, shownMs } = this.#times.push(decodeTicks, shownTicks);
    const body = videoTag({ keyFrame, compositionMs: shownMs - decodeMs, data });
    this.#child.stdin.write(flvTag({ type: TAG.video, timeMs: decodeMs, body }));
  }

  /** Ends the input; FFmpeg outputs the last frames and exits. Idempotent. */
  finish(): void {
    if (this.#ended || this.#patience !== undefined) return;
    this.#child.stdin.end();
    this.#patience = setTimeout(() => this.#end('FFmpeg did not exit in time'), FINISH_MS).unref();
  }

  /** Stops at once; {@link TranscoderOptions.onExit} is not called. */
  kill(): void {
    this.#ended = true;
    clearTimeout(this.#patience);
    this.#child.kill('SIGKILL');
  }

  #read(place: number, step: LadderStep): void {
    const output = (place === 0 ? this.#child.stdout : this.#child.stdio[place + 2]) as Readable;
    const flv = new FlvReader();
    let config: VideoConfig | null = null;
    const take = ({ type, timeMs, body }: FlvTag): void => {
      if (type !== TAG.video) return;
      const tag = readVideoTag(body);
      if (tag.type === 'config') config = configOf(tag.record, step);
      if (tag.type !== 'picture' || config === null) return;
      const { data, keyFrame } = tag;
      const shownTicks = this.#times.pop(place, timeMs + tag.compositionMs);
      this.#options.onPicture(step, { data, keyFrame, shownTicks, config });
    };
    output.on('error', (error) => this.#end(error.message));
    output.on('data', (chunk: Uint8Array) => {
      try {
        for (const tag of flv.push(chunk)) if (!this.#ended) take(tag);
      } catch (error) {
        this.#end(String(error));
      }
    });
  }

  #end(reason: string | null): void {
    if (this.#ended) return;
    this.kill();
    this.#options.onExit(reason);
  }
}

function argsFor(encoder: VideoEncoder, { steps, purpose }: TranscoderOptions) {
  return {
    input: [
      // Frame threads would hold back one frame each. Times must remain unchanged.
      ['-copyts', '-thread_type', 'slice', '-probesize', '32', '-analyzeduration', '0'],
      [...deviceArgs(encoder), '-f', 'flv', '-i', 'pipe:0'],
    ].flat(),
    output: steps.flatMap((step, place) =>
      [
        encodingArgs(encoder, step, purpose),
        ['-flvflags', 'no_duration_filesize', '-flush_packets', '1'],
        ['-f', 'flv', place === 0 ? 'pipe:1' : `pipe:${place + 2}`],
      ].flat(),
    ),
  };
}

function configOf(record: Uint8Array, { width, height }: LadderStep): VideoConfig {
  // RFC 6381 3.3: profile, constraints and level, which are bytes 1 to 3 of the record.
  const codecs = `avc1.${Buffer.from(record.subarray(1, 4)).toString('hex').toUpperCase()}`;
  return { kind: 'video', codec: 'h264', codecs, width, height, record };
}

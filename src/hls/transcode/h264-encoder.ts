import { FlvReader, type FlvTag, TAG } from '../../media/flv/flv-file.js';
import { readVideoTag } from '../../media/flv/video-tag.js';
import { type FfmpegProcess, spawnFfmpeg } from '../../media/ffmpeg/spawn-ffmpeg.js';
import type { VideoConfig } from '../../media/codecs/codec-config.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import type { Vp8Frame } from '../../media/rtp/vp8-depacketizer.js';

import { ivfFrameHeader, ivfHeader } from './ivf.js';

const RTP_TICKS_PER_MS = 90;
/**
 * The maximum number of frames inside FFmpeg, several seconds of video. With more than that, FFmpeg
 * counts as failed.
 */
const PENDING_MAX = 300;
/**
 * The maximum amount of input that FFmpeg hasn't read yet, in bytes: a second at a high bit rate.
 */
const BACKLOG_MAX = 2 * 1_048_576;
/** How long FFmpeg may take to output the last frames. */
const FINISH_MS = 3_000;
const MESSAGE_MAX = 500;
/** The maximum bits per pixel: 2.8 Mb/s for 720p at 30 frames per second. */
const BITS_PER_PIXEL = 0.1;
const FRAME_RATE = 30;
const FULL_HD = 1920 * 1088;
/** Enough for 4K with one thread on each of many cores. */
const LIMITS = { memoryMiB: 8_192, cpuSeconds: null };

type Options = {
  program: string;
  size: { width: number; height: number };
  segmentS: number;
  onUnit(unit: AccessUnit): void;
  /**
   * Called once when FFmpeg has exited, with the reason if it failed, or null if the input ended.
   */
  onExit(reason: string | null): void;
};

/**
 * One FFmpeg process that transcodes VP8 to H.264. Its input starts with a key frame, and its
 * output has one size.
 */
export class H264Encoder {
  readonly size: Options['size'];
  readonly #options: Options;
  readonly #child: FfmpegProcess;
  readonly #flv = new FlvReader();
  /** Frames that FFmpeg has not returned yet, by their timestamp in FFmpeg's input. */
  readonly #pending = new Map<number, Vp8Frame>();
  #first: Vp8Frame | null = null;
  #lastMs = -1;
  #config: VideoConfig | null = null;
  #stderr = '';
  #pictures = 0;
  #patience: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: Options) {
    this.#options = options;
    this.size = options.size;
    const args = { input: INPUT_ARGS, output: outputArgs(options) };
    this.#child = spawnFfmpeg(options.program, args, LIMITS);
    this.#child.stdin.on('error', (error) => this.#end(error.message));
    this.#child.stdout.on('data', (chunk: Uint8Array) => this.#read(chunk));
    this.#child.stderr.on('data', (chunk: Uint8Array) => {
      this.#stderr = `${this.#stderr}${Buffer.from(chunk).toString()}`.slice(0, MESSAGE_MAX);
    });
    this.#child.once('error', (error) => this.#end(error.message));
    this.#child.once('close', (code) => this.#end(code === 0 ? null : `${code}: ${this.#stderr}`));
    this.#child.stdin.write(ivfHeader(options.size));
  }

  /** The number of encoded frames. */
  get pictures(): number {
    return this.#pictures;
  }

  /**
   * Adds a frame. Returns false if FFmpeg is behind: the frame was dropped, and the next one must
   * be a key frame.
   */
  push(frame: Vp8Frame): boolean {
    if (this.#ended || this.#child.stdin.writableLength > BACKLOG_MAX) return false;
    this.#first ??= frame;
    // RTP time wraps at 32 bits, so the difference must wrap too.
    const ticks = (frame.rtpTime - this.#first.rtpTime) >>> 0;
    // FFmpeg requires increasing times.
    const timeMs = Math.max(this.#lastMs + 1, Math.round(ticks / RTP_TICKS_PER_MS));
    this.#lastMs = timeMs;
    this.#pending.set(timeMs, frame);
    if (this.#pending.size > PENDING_MAX) {
      this.#end('FFmpeg accepts frames but returns none');
      return false;
    }
    this.#child.stdin.write(ivfFrameHeader(frame.data.length, timeMs));
    this.#child.stdin.write(frame.data);
    return true;
  }

  /** Ends the input; FFmpeg outputs pending frames and exits. */
  finish(): void {
    this.#child.stdin.end();
    this.#patience = setTimeout(() => this.#end('FFmpeg did not exit in time'), FINISH_MS).unref();
  }

  /** Stops at once; {@link Options.onExit} is not called. */
  kill(): void {
    this.#ended = true;
    clearTimeout(this.#patience);
    this.#child.kill('SIGKILL');
  }

  #read(chunk: Uint8Array): void {
    if (this.#ended) return;
    try {
      for (const tag of this.#flv.push(chunk)) this.#readTag(tag);
    } catch (error) {
      this.#end(String(error));
    }
  }

  #readTag({ type, timeMs, body }: FlvTag): void {
    if (type !== TAG.video) return;
    const tag = readVideoTag(body);
    if (tag.type === 'config') this.#config = h264Config(tag.record, this.size);
    else if (tag.type === 'picture') this.#emit(timeMs, tag.keyFrame, tag.data);
  }

  #emit(timeMs: number, keyFrame: boolean, data: Uint8Array): void {
    const frame = this.#pending.get(timeMs);
    const config = this.#config;
    if (!frame || !config) return;
    // FFmpeg returns frames in order, so it could not decode the earlier ones that are still
    // pending.
    for (const time of this.#pending.keys()) if (time <= timeMs) this.#pending.delete(time);
    this.#pictures += 1;
    const { rtpTime, arrivedMs } = frame;
    this.#options.onUnit({ rtpTime, keyFrame, data, config, arrivedMs });
  }

  #end(reason: string | null): void {
    if (this.#ended) return;
    this.kill();
    this.#options.onExit(reason);
  }
}

// Not `-fflags nobuffer`: it discards the analyzed input, which is the key frame.
const INPUT_ARGS = [
  ['-flags', 'low_delay', '-probesize', '32', '-analyzeduration', '0'],
  ['-f', 'ivf', '-i', 'pipe:0'],
].flat();

function outputArgs({ size: { width, height }, segmentS }: Options): string[] {
  const kbps = Math.round((width * height * FRAME_RATE * BITS_PER_PIXEL) / 1_000);
  // The level is set explicitly, because x264 would mistake the 1000 ticks per second for the frame
  // rate.
  const level = width * height <= FULL_HD ? '4.2' : '5.2';
  // When the publisher lacks bandwidth, it sends smaller frames, which are scaled to the stream's
  // size.
  const scale = `scale=${width}:${height}:force_original_aspect_ratio=decrease`;
  return [
    ['-an', '-vf', `${scale},pad=${width}:${height}:-1:-1,setsar=1,format=yuv420p`],
    ['-enc_time_base', '1:1000', '-c:v', 'libx264', '-preset', 'superfast'],
    ['-tune', 'zerolatency', '-profile:v', 'main', '-level:v', level, '-crf', '23'],
    ['-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`],
    // Key frames at fixed times only, because segments are cut at key frames.
    ['-g', '100000', '-sc_threshold', '0'],
    ['-force_key_frames', `expr:gte(t,n_forced*${segmentS})`],
    ['-flvflags', 'no_duration_filesize', '-flush_packets', '1', '-f', 'flv', 'pipe:1'],
  ].flat();
}

function h264Config(record: Uint8Array, size: { width: number; height: number }): VideoConfig {
  // RFC 6381 3.3: profile, constraints and level, which are bytes 1 to 3 of the record.
  const codecs = `avc1.${Buffer.from(record.subarray(1, 4)).toString('hex').toUpperCase()}`;
  return { kind: 'video', codec: 'h264', codecs, ...size, record };
}

import type { Log } from '../common/logger.js';
import type { OpusTranscoder } from '../broadcast/ports/media.js';
import { AAC_FRAME_TICKS } from '../media/codecs/aac-format.js';
import type { AudioConfig } from '../media/codecs/codec-config.js';
import { type FfmpegProcess, spawnFfmpeg } from '../media/ffmpeg/spawn-ffmpeg.js';
import { audioConfigTag, audioTag } from '../media/flv/audio-tag.js';
import { flvHeader, flvTag, TAG } from '../media/flv/flv-file.js';
import { OggReader } from '../media/ogg/ogg-reader.js';
import { SoundTimes } from './sound-times.js';

const TICKS_PER_S = 48_000;
/** The maximum input waiting to be read by FFmpeg, in bytes; several seconds of audio. */
const BACKLOG_MAX = 262_144;
/** The number of header packets in Ogg Opus (RFC 7845, section 3). */
const HEADER_PACKETS = 2;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 8_000;
/** The number of packets after which FFmpeg is considered to be working. */
const WORKS_AFTER = 100;
const MESSAGE_MAX = 500;
const LIMITS = { memoryMiB: 2_048, cpuSeconds: null };

type Options = Readonly<{
  /** The path of FFmpeg. */
  program: string;
  config: AudioConfig;
  /** Called for each Opus packet, with its time on the publisher's clock in 48 kHz ticks. */
  onPacket: (data: Uint8Array, timeTicks: number) => void;
  log: Log;
}>;

/**
 * Transcodes a publisher's AAC to Opus with one FFmpeg process, which adds 20 ms of latency. The
 * process is restarted if it fails or falls behind.
 */
export class AacTranscoder implements OpusTranscoder {
  readonly #options: Options;
  readonly #frameTicks: number;
  #child: FfmpegProcess | null = null;
  #ogg = new OggReader();
  #times = new SoundTimes();
  #packets = 0;
  #failures = 0;
  #stderr = '';
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#frameTicks = (AAC_FRAME_TICKS * TICKS_PER_S) / options.config.sampleRate;
    this.#start();
  }

  /** Adds a frame. It is dropped while FFmpeg restarts. */
  push(data: Uint8Array, timeMs: number): void {
    const child = this.#child;
    if (!child) return;
    if (child.stdin.writableLength > BACKLOG_MAX) return this.#failed(child, 'FFmpeg is behind');
    // FFmpeg receives frames without gaps, whatever their times are.
    const fedMs = Math.round((this.#times.endPlace * 1_000) / TICKS_PER_S);
    this.#times.frame(timeMs, this.#frameTicks);
    child.stdin.write(flvTag({ type: TAG.audio, timeMs: fedMs, body: audioTag(data) }));
  }

  /** Stops at once. Safe to call again. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  #start(): void {
    try {
      const args = { input: INPUT_ARGS, output: OUTPUT_ARGS };
      this.#feed(spawnFfmpeg(this.#options.program, args, LIMITS));
    } catch (error) {
      this.#retryLater(String(error));
    }
  }

  #feed(child: FfmpegProcess): void {
    const { config } = this.#options;
    this.#child = child;
    this.#ogg = new OggReader();
    this.#times = new SoundTimes();
    this.#packets = 0;
    this.#stderr = '';
    child.stdin.on('error', (error) => this.#failed(child, error.message));
    child.once('error', (error) => this.#failed(child, error.message));
    child.once('close', (code) => this.#failed(child, `${code}: ${this.#stderr}`));
    child.stdout.on('data', (chunk: Uint8Array) => this.#read(child, chunk));
    child.stderr.on('data', (chunk: Uint8Array) => {
      this.#stderr = `${this.#stderr}${Buffer.from(chunk).toString()}`.slice(0, MESSAGE_MAX);
    });
    child.stdin.write(flvHeader({ audio: true, video: false }));
    child.stdin.write(flvTag({ type: TAG.audio, timeMs: 0, body: audioConfigTag(config.record) }));
  }

  #read(child: FfmpegProcess, chunk: Uint8Array): void {
    if (child !== this.#child) return;
    try {
      for (const packet of this.#ogg.push(chunk)) this.#take(packet);
    } catch (error) {
      this.#failed(child, String(error));
    }
  }

  #take(packet: Uint8Array): void {
    this.#packets += 1;
    if (this.#packets <= HEADER_PACKETS) return;
    if (this.#packets > WORKS_AFTER) this.#failures = 0;
    const timeTicks = this.#times.packet();
    if (timeTicks !== null) this.#options.onPacket(packet, timeTicks);
  }

  #failed(child: FfmpegProcess, reason: string): void {
    if (child !== this.#child || this.#closed) return;
    this.#child = null;
    child.kill('SIGKILL');
    this.#retryLater(reason);
  }

  #retryLater(reason: string): void {
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#options.log.warn({ reason, delayMs }, 'FFmpeg stopped encoding Opus, restarting');
    this.#retry = setTimeout(() => this.#start(), delayMs).unref();
  }
}

// Without these options, FFmpeg analyzes five seconds of audio before it starts.
const INPUT_ARGS = [
  ['-probesize', '32', '-analyzeduration', '0'],
  ['-f', 'flv', '-i', 'pipe:0'],
].flat();

const OUTPUT_ARGS = [
  ['-vn', '-ac', '2', '-ar', '48000'],
  // FFmpeg's built-in Opus encoder distorts the audio.
  ['-c:a', 'libopus', '-b:a', '128k', '-frame_duration', '20'],
  // Each packet gets its own page, which is written at once.
  ['-page_duration', '20000', '-flush_packets', '1', '-f', 'ogg', 'pipe:1'],
].flat();

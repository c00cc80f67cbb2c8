import type { Log } from '../../common/logger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import type { Vp8Frame } from '../../media/rtp/vp8-depacketizer.js';
import { H264Encoder } from './h264-encoder.js';

/** The initial delay before FFmpeg is restarted; the delay grows with each consecutive failure. */
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 8_000;
/** The number of frames after which an encoder counts as working. */
const WORKS_AFTER = 100;

type Options = {
  /** The path to FFmpeg, from `findFfmpeg`. */
  program: string;
  /** The maximum interval between key frames. */
  segmentS: number;
  log: Log;
};

/**
 * Transcodes one track's VP8 to H.264, keeping the frames' RTP times. The output has the size of
 * the largest key frame so far: a larger one starts a new configuration; smaller ones are scaled
 * up.
 */
export class Vp8Transcoder {
  readonly #emitter = new TypedEmitter<{ unit: [AccessUnit]; keyFrameNeeded: [] }>();
  /** `keyFrameNeeded`: there is no output until the publisher sends a key frame. */
  readonly events = this.#emitter.listenable;
  readonly #options: Options;
  #encoder: H264Encoder | null = null;
  /** The previous encoder, while it outputs its last frames. */
  #finishing: H264Encoder | null = null;
  /**
   * The new encoder's output while the previous one finishes, bounded by the number of frames that
   * an encoder holds.
   */
  #held: AccessUnit[] = [];
  #needsKeyFrame = true;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Adds the next frame. Frames are in order, without gaps since the last key frame. */
  push(frame: Vp8Frame): void {
    if (this.#closed || this.#retry !== undefined) return;
    if (this.#needsKeyFrame && !frame.keyFrame) return;
    if (frame.keyFrame) this.#prepareFor(frame);
    this.#needsKeyFrame = this.#encoder?.push(frame) !== true;
    if (this.#needsKeyFrame) this.#emitter.emit('keyFrameNeeded');
  }

  /** Stops at once. Safe to call twice. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#encoder?.kill();
    this.#finishing?.kill();
    this.#encoder = null;
    this.#finishing = null;
    this.#held = [];
    this.#emitter.clear();
  }

  #prepareFor({ width, height }: Vp8Frame): void {
    const size = this.#encoder?.size;
    if (size && width <= size.width && height <= size.height) return;
    this.#release();
    this.#finishing = this.#encoder;
    // H.264 with 4:2:0 subsampling has even dimensions.
    const even = { width: width + (width % 2), height: height + (height % 2) };
    try {
      this.#encoder = this.#start(even);
    } catch (error) {
      // The system can't start a process.
      this.#encoder = null;
      this.#retryLater(String(error));
    }
    this.#finishing?.finish();
  }

  #start(size: { width: number; height: number }): H264Encoder {
    const { program, segmentS } = this.#options;
    const encoder = new H264Encoder({
      program,
      size,
      segmentS,
      onUnit: (unit) => this.#take(encoder, unit),
      onExit: (reason) => this.#exited(encoder, reason),
    });
    return encoder;
  }

  #take(encoder: H264Encoder, unit: AccessUnit): void {
    if (encoder === this.#encoder && this.#finishing !== null) {
      this.#held.push(unit);
      return;
    }
    if (encoder.pictures > WORKS_AFTER) this.#failures = 0;
    this.#emitter.emit('unit', unit);
  }

  #exited(encoder: H264Encoder, reason: string | null): void {
    if (encoder === this.#finishing) return this.#release();
    if (encoder !== this.#encoder) return;
    this.#encoder = null;
    this.#needsKeyFrame = true;
    this.#retryLater(reason);
  }

  #retryLater(reason: string | null): void {
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#options.log.warn({ reason, delayMs }, 'FFmpeg stopped encoding H.264, restarting');
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#emitter.emit('keyFrameNeeded');
    }, delayMs).unref();
  }

  /** Releases the held output once the previous encoder has finished or timed out. */
  #release(): void {
    this.#finishing?.kill();
    this.#finishing = null;
    for (const unit of this.#held.splice(0)) this.#emitter.emit('unit', unit);
  }
}

import type { Log } from '../../common/logger.js';
import type { VideoConfig } from '../../media/codecs/codec-config.js';
import { sameConfig } from '../../media/codecs/same-config.js';
import type { H264Transcoder, MadePicture } from '../../transcode/h264-transcoder.js';
import { stepForWebRtc } from '../../transcode/ladder-steps.js';
import type { BroadcastTranscoding } from '../../transcode/transcode.service.js';
import type { TranscodeSlot } from '../../transcode/transcode-slots.js';

const TICKS_PER_MS = 90;
/** If decode times jump back or ahead by more than this, the encoder's clock was changed. */
const STEP_BACK_MAX_MS = 1_000;
const STEP_MAX_MS = 10_000;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 16_000;
/** After this many failures in a row, viewers no longer wait for FFmpeg. */
const FAILING_AFTER = 3;
/** The number of frames after which FFmpeg counts as working. */
const WORKS_AFTER = 100;
/** The time until the next attempt if no transcoding slot is free or the machine is too slow. */
const BUSY_RETRY_MS = 30_000;

/** A frame, in decoding order. Times are in milliseconds on the encoder's clock. */
type Picture = Readonly<{
  data: Uint8Array;
  keyFrame: boolean;
  config: VideoConfig;
  decodeMs: number;
  shownMs: number;
}>;

type Options = Readonly<{
  transcoding: BroadcastTranscoding;
  /** Called with each frame, in the order in which frames are shown. Times are in milliseconds. */
  onPicture: (picture: MadePicture, shownMs: number) => void;
  /**
   * Called with true when the first transcoded frame arrives, and with false when transcoding has
   * stopped for now.
   */
  onReady: (isReady: boolean) => void;
  nowMs: () => number;
  log: Log;
}>;

/**
 * Transcodes video with B-frames so that frames are decoded in the order in which they are shown,
 * as WebRTC requires.
 */
export class OrderedPictures {
  readonly #options: Options;
  #slot: TranscodeSlot | null = null;
  #transcoder: H264Transcoder | null = null;
  #config: VideoConfig | null = null;
  #decodeMs: number | null = null;
  #made = 0;
  #failures = 0;
  #retryMs = -Infinity;
  #isReady = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Adds the next frame. It is dropped while FFmpeg can't be used. */
  push({ data, keyFrame, config, decodeMs, shownMs }: Picture): void {
    const changes = keyFrame && this.#config !== null && !sameConfig(this.#config, config);
    if (changes || this.#jumpedTo(decodeMs)) this.#stop();
    this.#decodeMs = decodeMs;
    if (this.#transcoder === null && keyFrame) this.#open(config);
    this.#transcoder?.push({
      data,
      keyFrame,
      decodeTicks: Math.round(decodeMs * TICKS_PER_MS),
      shownTicks: Math.round(shownMs * TICKS_PER_MS),
    });
    if (this.#transcoder?.isBehind === true) this.#giveUp();
  }

  /** Stops at once, and frees the slot for another broadcast. Idempotent. */
  close(): void {
    this.#stop();
    this.#slot?.release();
    this.#slot = null;
    this.#setReady(false);
  }

  #jumpedTo(decodeMs: number): boolean {
    const stepMs = this.#decodeMs === null ? 0 : decodeMs - this.#decodeMs;
    return stepMs < -STEP_BACK_MAX_MS || stepMs > STEP_MAX_MS;
  }

  #open(config: VideoConfig): void {
    const { transcoding, nowMs } = this.#options;
    if (!transcoding.isAvailable || nowMs() < this.#retryMs) return;
    this.#slot ??= transcoding.take();
    if (this.#slot === null) return this.#waitFor(BUSY_RETRY_MS);
    this.#config = config;
    this.#made = 0;
    try {
      const transcoder: H264Transcoder = transcoding.start({
        source: config,
        steps: [stepForWebRtc(config)],
        purpose: 'webrtc',
        onPicture: (_step, picture) => this.#take(picture),
        onExit: (reason) => {
          if (this.#transcoder === transcoder) this.#failed(reason);
        },
      });
      this.#transcoder = transcoder;
    } catch (error) {
      // The system can't start a process.
      this.#failed(String(error));
    }
  }

  #take(picture: MadePicture): void {
    this.#made += 1;
    if (this.#made > WORKS_AFTER) this.#failures = 0;
    this.#setReady(true);
    this.#options.onPicture(picture, picture.shownTicks / TICKS_PER_MS);
  }

  #failed(reason: string | null): void {
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#options.log.warn(
      { reason, delayMs },
      'FFmpeg stopped transcoding for WebRTC, restarting',
    );
    this.#stop();
    this.#waitFor(delayMs);
    if (this.#failures >= FAILING_AFTER) this.#setReady(false);
  }

  #giveUp(): void {
    const { log, transcoding } = this.#options;
    log.warn({ delayMs: BUSY_RETRY_MS }, 'FFmpeg can’t keep up with transcoding for WebRTC');
    transcoding.noteDropped();
    this.close();
    this.#waitFor(BUSY_RETRY_MS);
  }

  #waitFor(delayMs: number): void {
    this.#retryMs = this.#options.nowMs() + delayMs;
  }

  #stop(): void {
    this.#transcoder?.kill();
    this.#transcoder = null;
    this.#config = null;
    this.#decodeMs = null;
  }

  #setReady(isReady: boolean): void {
    if (isReady === this.#isReady) return;
    this.#isReady = isReady;
    this.#options.onReady(isReady);
  }
}

import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import { Metrics } from '../common/metrics.js';
import { CONFIG, type Config } from '../config/config.js';
import type { VideoEncoder } from '../config/video-encoders.js';
import { findEncoder } from './find-encoder.js';
import { H264Transcoder, type TranscoderOptions } from './h264-transcoder.js';
import { registerTranscodeMetrics, type TranscodeCounters } from './transcode-metrics.js';
import { type TranscodeSlot, TranscodeSlots } from './transcode-slots.js';

/** The part of the {@link TranscodeService} that one broadcast may use. */
export type BroadcastTranscoding = Pick<
  TranscodeService,
  'isAvailable' | 'start' | 'noteDropped'
> & {
  /** Returns the right to transcode the broadcast; null if no slot is free. */
  take(): TranscodeSlot | null;
};

/** Transcodes H.264 within this server's limits. */
@Injectable()
export class TranscodeService implements OnModuleInit {
  readonly #log: Log;
  readonly #slots: TranscodeSlots;
  readonly #program: string;
  readonly #count: TranscodeCounters;
  #encoder: VideoEncoder | null = null;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) log: Log,
    metrics: Metrics,
  ) {
    this.#log = log.child({ part: 'transcode' });
    this.#slots = new TranscodeSlots(config.transcode.max);
    this.#program = config.hls.ffmpegBin ?? 'ffmpeg';
    this.#count = registerTranscodeMetrics(metrics, () => ({
      used: this.#slots.used,
      max: this.isAvailable ? this.max : 0,
    }));
  }

  async onModuleInit(): Promise<void> {
    const { max, encoder } = this.config.transcode;
    if (max === 0) return;
    this.#encoder = await findEncoder({ program: this.#program, forced: encoder, log: this.#log });
  }

  /** Whether anything can be transcoded. */
  get isAvailable(): boolean {
    return this.#encoder !== null;
  }

  /** The maximum number of broadcasts that are transcoded at the same time. */
  get max(): number {
    return this.#slots.max;
  }

  /** Returns the right to transcode a broadcast; null if no slot is free. */
  take(broadcastId: string): TranscodeSlot | null {
    return this.#slots.take(broadcastId);
  }

  /** Returns the part of this service that one broadcast may use. */
  for(broadcastId: string): BroadcastTranscoding {
    const isAvailable = () => this.isAvailable;
    return {
      get isAvailable() {
        return isAvailable();
      },
      take: () => this.take(broadcastId),
      start: (options) => this.start(options),
      noteDropped: () => this.noteDropped(),
    };
  }

  /**
   * Starts FFmpeg, for a broadcast that has a slot.
   * @throws if transcoding isn't available
   */
  start(options: TranscoderOptions): H264Transcoder {
    if (this.#encoder === null) throw new Error('no encoder is available');
    this.#count.started();
    const program = { program: this.#program, encoder: this.#encoder };
    return new H264Transcoder(program, {
      ...options,
      onExit: (reason) => {
        if (reason !== null) this.#count.failed();
        options.onExit(reason);
      },
    });
  }

  /** Records that a broadcast isn't transcoded because no slot is free. */
  noteRefused(): void {
    this.#count.refused();
  }

  /** Records that a broadcast gets one rendition fewer because FFmpeg can't keep up. */
  noteDropped(): void {
    this.#count.dropped();
  }
}

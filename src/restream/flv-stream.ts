import type { TimedSample } from '../broadcast/ports/samples.js';
import type { CodecConfig } from '../media/codecs/codec-config.js';
import { audioConfigTag, audioTag } from '../media/flv/audio-tag.js';
import { TAG } from '../media/flv/flv-file.js';
import { videoConfigTag, videoTag } from '../media/flv/video-tag.js';

/** A media message. */
export type FlvMessage = Readonly<{ type: number; timeMs: number; payload: Uint8Array }>;

type Options = Readonly<{
  send: (message: FlvMessage) => void;
  /** Returns how much media is waiting to be sent, in milliseconds. */
  backlogMs: () => number;
}>;

/** If more media than this is waiting, samples are dropped until a key frame. */
const BACKLOG_MAX_MS = 3_000;
/** The maximum by which decode times are earlier than the packager's, in milliseconds. */
const EARLIER_MAX_MS = 1_000;
/** Sending resumes with a key frame when no more media than this is waiting. */
const BACKLOG_LOW_MS = 1_000;

/**
 * Writes samples as the messages of one RTMP connection, starting with a key frame. Configurations
 * precede the samples that need them. If the connection is too slow, video and audio are dropped
 * until a key frame.
 */
export class FlvStream {
  readonly #options: Options;
  /** The time of the first sample; null before the first sample. */
  #startMs: number | null = null;
  #videoConfig: CodecConfig | null = null;
  #audioConfig: CodecConfig | null = null;
  #lastMs = { video: -1, audio: -1 };
  /** How much earlier decode times are than the packager's, in milliseconds. */
  #earlierMs = 0;
  #needsKeyFrame = true;
  #dropped = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** How many times samples had to be dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param hasVideo whether audio has to wait for a key frame */
  push(sample: TimedSample, hasVideo: boolean): void {
    if (this.#mustSkip(sample, hasVideo)) return;
    this.#startMs ??= sample.timeMs;
    const timeMs = sample.timeMs - this.#startMs;
    if (sample.kind === 'video') this.#sendPicture(sample, timeMs);
    else this.#sendSound(sample, this.#ascending('audio', timeMs));
  }

  /**
   * Returns the time in whole milliseconds, later than the previous one, because receivers refuse
   * times that go back.
   */
  #ascending(kind: TimedSample['kind'], timeMs: number): number {
    const at = Math.max(0, Math.round(timeMs), this.#lastMs[kind] + 1);
    this.#lastMs = { ...this.#lastMs, [kind]: at };
    return at;
  }

  #mustSkip({ kind, keyFrame, timeMs }: TimedSample, hasVideo: boolean): boolean {
    const backlogMs = this.#options.backlogMs();
    if (!this.#needsKeyFrame && backlogMs > BACKLOG_MAX_MS) {
      this.#needsKeyFrame = true;
      this.#dropped += 1;
    }
    if (this.#needsKeyFrame && backlogMs <= BACKLOG_LOW_MS && (keyFrame || !hasVideo))
      this.#needsKeyFrame = kind === 'audio' && hasVideo;
    return this.#needsKeyFrame || (this.#startMs !== null && timeMs < this.#startMs);
  }

  /**
   * Sends a picture. The packager gives B-frames negative offsets. FLV allows them, but receivers
   * such as FFmpeg then ignore all decode times, so earlier decode times are sent instead.
   */
  #sendPicture({ keyFrame, compositionMs, data, config }: TimedSample, timeMs: number): void {
    this.#earlierMs = Math.min(EARLIER_MAX_MS, Math.max(this.#earlierMs, -compositionMs));
    const at = this.#ascending('video', timeMs - this.#earlierMs);
    if (config !== this.#videoConfig) {
      this.#videoConfig = config;
      this.#send(TAG.video, at, videoConfigTag(config.record));
    }
    const offsetMs = Math.max(0, Math.round(timeMs + compositionMs) - at);
    this.#send(TAG.video, at, videoTag({ keyFrame, compositionMs: offsetMs, data }));
  }

  #sendSound({ data, config }: TimedSample, timeMs: number): void {
    if (config !== this.#audioConfig) {
      this.#audioConfig = config;
      this.#send(TAG.audio, timeMs, audioConfigTag(config.record));
    }
    this.#send(TAG.audio, timeMs, audioTag(data));
  }

  #send(type: number, timeMs: number, payload: Uint8Array): void {
    this.#options.send({ type, timeMs, payload });
  }
}

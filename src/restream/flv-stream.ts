import type { TimedSample } from '../broadcast/ports/samples.js';
import type { CodecConfig } from '../media/codecs/codec-config.js';
import { audioConfigTag, audioTag } from '../media/flv/audio-tag.js';
import { TAG } from '../media/flv/flv-file.js';
import { videoConfigTag, videoTag } from '../media/flv/video-tag.js';

/** A message of media. */
export type FlvMessage = Readonly<{ type: number; timeMs: number; payload: Uint8Array }>;

type Options = Readonly<{
  send: (message: FlvMessage) => void;
  /** How much media waits to be sent, in milliseconds. */
  backlogMs: () => number;
}>;

/** With more media waiting, samples are dropped until the next key frame. */
const BACKLOG_MAX_MS = 3_000;
/** The most by which pictures are decoded earlier than the packager says. */
const EARLIER_MAX_MS = 1_000;
/** Sending continues with a key frame when no more than this waits. */
const BACKLOG_LOW_MS = 1_000;

/**
 * Writes samples as the messages of one RTMP connection, from a key frame on. Configurations precede
 * the samples that need them. When the connection is too slow, pictures are left out up to a key
 * frame, and so is the sound meanwhile.
 */
export class FlvStream {
  readonly #options: Options;
  /** The time of the first sample; null before it. */
  #startMs: number | null = null;
  #videoConfig: CodecConfig | null = null;
  #audioConfig: CodecConfig | null = null;
  #lastMs = { video: -1, audio: -1 };
  /** How much earlier than the packager's the decode times of pictures are. */
  #earlierMs = 0;
  #needsKeyFrame = true;
  #dropped = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** How often samples had to be left out. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param hasVideo whether the sound has to wait for a picture */
  push(sample: TimedSample, hasVideo: boolean): void {
    if (this.#mustSkip(sample, hasVideo)) return;
    this.#startMs ??= sample.timeMs;
    const timeMs = sample.timeMs - this.#startMs;
    if (sample.kind === 'video') this.#sendPicture(sample, timeMs);
    else this.#sendSound(sample, this.#ascending('audio', timeMs));
  }

  /** Returns the time in whole milliseconds. Receivers refuse times that go back. */
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
   * B-frames have negative offsets from the packager. FLV allows them, but receivers such as FFmpeg
   * then ignore all decode times, so pictures are decoded earlier instead.
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

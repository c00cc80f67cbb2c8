import type { TimedSample } from '../broadcast/ports/samples.js';

type Options = Readonly<{
  /** The number of ticks per millisecond in the target's format. */
  ticksPerMs: number;
  /** Returns the duration of the media waiting to be sent, in milliseconds. */
  backlogMs: () => number;
}>;

/**
 * A sample to send. Times are in ticks since the first sample. Decode times of each kind ascend, and
 * no sample is presented before it is decoded.
 */
export type SequencedSample = Omit<TimedSample, 'timeMs' | 'compositionMs'> &
  Readonly<{ dts: number; pts: number }>;

/** If more media than this is waiting, samples are dropped until a key frame. */
const BACKLOG_MAX_MS = 3_000;
/** Sending resumes with a key frame when no more media than this is waiting. */
const BACKLOG_LOW_MS = 1_000;
/** The maximum by which decode times are earlier than the packager's, in milliseconds. */
const EARLIER_MAX_MS = 1_000;

/**
 * Chooses the samples that one target receives, and their times. The first one is a key frame. If
 * the connection is too slow, video and audio are dropped until a key frame.
 */
export class SampleSequence {
  readonly #options: Options;
  /** The time of the first sample; null before the first sample. */
  #startMs: number | null = null;
  #last = { video: -Infinity, audio: -Infinity };
  /** How much earlier decode times are than the packager's, in milliseconds. */
  #earlierMs = 0;
  #needsKeyFrame = true;
  #dropped = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The number of times that samples had to be dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Drops samples until a key frame. */
  skip(): void {
    if (this.#needsKeyFrame) return;
    this.#needsKeyFrame = true;
    this.#dropped += 1;
  }

  /**
   * Returns the sample to send; null if it has to be dropped.
   * @param hasVideo whether audio has to wait for a key frame
   */
  next(
    { timeMs, compositionMs, ...sample }: TimedSample,
    hasVideo: boolean,
  ): SequencedSample | null {
    if (this.#mustSkip(sample, hasVideo)) return null;
    this.#startMs ??= timeMs;
    const sinceMs = timeMs - this.#startMs;
    if (sinceMs < 0) return null;
    if (sample.kind === 'audio') {
      const at = this.#ascending('audio', sinceMs);
      return { ...sample, dts: at, pts: at };
    }
    // The packager gives B-frames negative offsets. FLV allows them, but receivers such as FFmpeg
    // then ignore all decode times, and MPEG-TS forbids them. Earlier decode times are sent instead.
    this.#earlierMs = Math.min(EARLIER_MAX_MS, Math.max(this.#earlierMs, -compositionMs));
    const dts = this.#ascending('video', sinceMs - this.#earlierMs);
    return { ...sample, dts, pts: Math.max(dts, this.#ticks(sinceMs + compositionMs)) };
  }

  #mustSkip(
    { kind, keyFrame }: Pick<TimedSample, 'kind' | 'keyFrame'>,
    hasVideo: boolean,
  ): boolean {
    const backlogMs = this.#options.backlogMs();
    if (backlogMs > BACKLOG_MAX_MS) this.skip();
    if (this.#needsKeyFrame && backlogMs <= BACKLOG_LOW_MS && (keyFrame || !hasVideo))
      this.#needsKeyFrame = kind === 'audio' && hasVideo;
    return this.#needsKeyFrame;
  }

  /**
   * Returns a time that is later than the previous one by a millisecond or more. Receivers refuse
   * times that go back, and take much smaller steps for a change of the clock.
   */
  #ascending(kind: TimedSample['kind'], timeMs: number): number {
    const at = Math.max(0, this.#ticks(timeMs), this.#last[kind] + this.#options.ticksPerMs);
    this.#last = { ...this.#last, [kind]: at };
    return at;
  }

  #ticks(timeMs: number): number {
    return Math.round(timeMs * this.#options.ticksPerMs);
  }
}

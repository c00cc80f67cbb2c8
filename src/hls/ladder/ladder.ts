import type { Log } from '../../common/logger.js';
import type { VideoConfig } from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { Transcoder, TranscoderOptions } from '../../transcode/h264-transcoder.js';
import { type LadderStep, stepsBelow } from '../../transcode/ladder-steps.js';
import type { SampleListener } from '../segmenter/segmenter-types.js';
import type { SegmentStart } from '../timeline/rendition-writer.js';
import { HeldPictures } from './held-pictures.js';
import type { LadderRendition } from './ladder-rendition.js';

/** The maximum total size of the source's frames held for another attempt, in bytes. */
const HELD_BYTES_MAX = 32 * 1_048_576;
/**
 * How long to wait for the next segment before making FFmpeg output its last frames. If the
 * publisher has left, no segment follows.
 */
const QUIET_MS = 700;
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 16_000;
/** The number of segments after which FFmpeg counts as working. */
const WORKS_AFTER = 3;
/** After this many failures in a row, transcoding counts as failing. */
const FAILING_AFTER = 3;
/** How long FFmpeg may be behind before a rendition is dropped. */
const BEHIND_MS = 4_000;
/** After a longer wait, FFmpeg starts without the backlog, which would make it seem too slow. */
const STALE_MS = 2_000;

/** Starts a transcoder, and is notified when it proves too slow. */
export interface LadderTranscoders {
  start(options: TranscoderOptions): Transcoder;
  noteDropped(): void;
}

type Options = Readonly<{
  /** The renditions to make, by step name, best first. */
  renditions: ReadonlyMap<string, LadderRendition>;
  /** Returns the source's configuration; null before the first segment. */
  source: () => VideoConfig | null;
  transcoders: LadderTranscoders;
  nowMs: () => number;
  log: Log;
}>;

/** An FFmpeg process that works on the segments of one stretch. */
type Work = {
  readonly transcoder: Transcoder;
  /** The renditions that the process makes. */
  readonly renditions: readonly LadderRendition[];
  readonly stretch: number;
  /** The last segment that was fed to the process, and the number of its frames that were fed. */
  fed: { segment: HeldPictures; pictures: number };
  /** The number of completed segments. */
  done: number;
  behindSinceMs: number | null;
};

/**
 * A run's lower-resolution renditions, transcoded from the best rendition with the same segments
 * and times. The best rendition passes its samples on when they are written, so it never waits for
 * this class.
 *
 * If FFmpeg fails, it is restarted with the first segment of which nothing has been written; the
 * segments before that one become gaps. If it can't keep up with the source, the best rendition of
 * this ladder is dropped until the end of the run.
 */
export class Ladder implements SampleListener {
  /**
   * Resolves when all renditions have ended: after {@link end}, once the last frames are
   * transcoded.
   */
  readonly ended: Promise<void>;
  readonly #resolveEnded: () => void;
  readonly #options: Options;
  /** The segments that are not completely written yet, oldest first. */
  #segments: HeldPictures[] = [];
  /** The names of the steps being made, best first. */
  #active: string[];
  readonly #dropped: string[] = [];
  #stretch = 0;
  /** The end of the newest frame. */
  #endTicks = 0;
  #work: Work | null = null;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(options: Options) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#options = options;
    this.#active = [...options.renditions.keys()];
  }

  /** The names of the renditions being made, best first; none while FFmpeg keeps failing. */
  get made(): readonly string[] {
    return this.isFailing ? [] : this.#active;
  }

  /** The names of the renditions that were dropped because FFmpeg could not keep up. */
  get dropped(): readonly string[] {
    return this.#dropped;
  }

  /** Whether FFmpeg keeps failing. */
  get isFailing(): boolean {
    return this.#failures >= FAILING_AFTER;
  }

  startSegment(start: SegmentStart, baseTicks: number): void {
    clearTimeout(this.#quiet);
    if (start.discontinuity) this.#stretch += 1;
    this.#add(
      new HeldPictures({
        start,
        stretch: this.#stretch,
        baseTicks,
        config: this.#options.source(),
      }),
    );
  }

  addGap(start: SegmentStart, durationTicks: number): void {
    const stretch = this.#stretch;
    const gap = new HeldPictures({ start, stretch, baseTicks: this.#endTicks, config: null });
    this.#endTicks += durationTicks;
    gap.endTicks = this.#endTicks;
    gap.complete = true;
    this.#add(gap);
    this.#passIdle();
  }

  addPart(baseTicks: number, samples: readonly Sample[]): void {
    const newest = this.#segments.at(-1);
    newest?.add(baseTicks, samples);
    this.#endTicks = newest?.endTicks ?? this.#endTicks;
    this.#checkSpeed();
    this.#trim();
    this.#pump();
  }

  endSegment(): void {
    const newest = this.#segments.at(-1);
    if (newest) newest.complete = true;
    this.#passIdle();
    this.#quiet = setTimeout(() => this.#work?.transcoder.finish(), QUIET_MS).unref();
  }

  end(): void {
    if (this.#ended) return;
    clearTimeout(this.#quiet);
    clearTimeout(this.#retry);
    this.#ended = true;
    if (this.#work) this.#work.transcoder.finish();
    else this.#endAll();
  }

  /** Stops at once. Safe to call twice. */
  close(): void {
    this.#work?.transcoder.kill();
    this.#work = null;
    // A killed process doesn't report its exit, for which `end()` would wait.
    if (this.#ended) this.#endAll();
    else this.end();
  }

  get #all(): LadderRendition[] {
    return [...this.#options.renditions.values()];
  }

  #add(segment: HeldPictures): void {
    this.#segments.push(segment);
    for (const rendition of this.#all) rendition.addSegment(segment);
  }

  /** Returns the renditions of these steps. */
  #renditionsOf(steps: readonly LadderStep[]): LadderRendition[] {
    return steps.flatMap(({ name }) => this.#options.renditions.get(name) ?? []);
  }

  /** Turns complete segments into gaps in the renditions that aren't being made. */
  #passIdle(): void {
    const made =
      this.#work?.renditions ?? this.#renditionsOf(this.#stepsFor(this.#segments.at(-1)));
    for (const rendition of this.#all) if (!made.includes(rendition)) rendition.passComplete();
    if (made.length === 0) this.#segments = this.#segments.filter(({ complete }) => !complete);
  }

  /** Feeds the frames received so far to FFmpeg, starting it if necessary. */
  #pump(): void {
    if (this.#work === null) this.#work = this.#open();
    const work = this.#work;
    if (work === null) return;
    // What follows a gap waits for the next process.
    if (work.transcoder.isFinishing) return;
    const from = this.#segments.indexOf(work.fed.segment);
    if (from === -1) return this.#stop(work, 'FFmpeg is too far behind');
    for (const segment of this.#segments.slice(from)) {
      if (segment.stretch !== work.stretch) return work.transcoder.finish();
      const done = segment === work.fed.segment ? work.fed.pictures : 0;
      for (const picture of segment.pictures.slice(done)) work.transcoder.push(picture);
      work.fed = { segment, pictures: segment.pictures.length };
    }
  }

  /** Starts FFmpeg with the oldest segment of which nothing has been written. */
  #open(): Work | null {
    if (this.#retry !== undefined || this.#ended) return null;
    this.#passUnusable();
    const [segment] = this.#segments;
    const source = segment?.config ?? null;
    const steps = this.#stepsFor(segment);
    if (!segment || source === null || steps.length === 0 || !this.#isUsable(segment)) return null;
    const transcoder = this.#start(source, steps);
    if (transcoder === null) return null;
    return {
      transcoder,
      renditions: this.#renditionsOf(steps),
      stretch: segment.stretch,
      fed: { segment, pictures: 0 },
      done: 0,
      behindSinceMs: null,
    };
  }

  /** Starts FFmpeg; returns null, and retries later, if the system can't start a process. */
  #start(source: VideoConfig, steps: readonly LadderStep[]): Transcoder | null {
    try {
      const transcoder: Transcoder = this.#options.transcoders.start({
        source,
        steps,
        purpose: 'hls',
        onPicture: ({ name }, picture) => {
          this.#options.renditions.get(name)?.push(picture);
          this.#forgetWritten();
        },
        onExit: (reason) => this.#exited(transcoder, reason),
      });
      return transcoder;
    } catch (error) {
      this.#failed(String(error));
      return null;
    }
  }

  /** Returns the steps to make from a segment, whose frames may be smaller than earlier ones. */
  #stepsFor(segment: HeldPictures | undefined): LadderStep[] {
    if (!segment?.config) return [];
    return stepsBelow(segment.config).filter(({ name }) => this.#active.includes(name));
  }

  /**
   * Whether FFmpeg can start with a segment: it must begin with a key frame and be entirely
   * unwritten.
   */
  #isUsable(segment: HeldPictures): boolean {
    const renditions = this.#renditionsOf(this.#stepsFor(segment));
    return (
      segment.pictures[0]?.keyFrame === true &&
      renditions.every((rendition) => rendition.hasNotBegun(segment))
    );
  }

  /** Gives up on the segments with which FFmpeg can't start. */
  #passUnusable(): void {
    while (this.#segments[0]?.complete && !this.#isUsable(this.#segments[0])) this.#passOldest();
  }

  #passOldest(): void {
    const segment = this.#segments.shift();
    if (segment) for (const rendition of this.#all) rendition.pass(segment);
  }

  /** Forgets the segments that have been written in all renditions. */
  #forgetWritten(): void {
    const work = this.#work;
    if (!work) return;
    const isWritten = (segment: HeldPictures | undefined): boolean =>
      segment !== undefined && work.renditions.every((one) => one.hasPassed(segment));
    while (isWritten(this.#segments[0])) {
      this.#segments.shift();
      work.done += 1;
    }
    if (work.done >= WORKS_AFTER) this.#failures = 0;
  }

  #exited(transcoder: Transcoder, reason: string | null): void {
    if (this.#work?.transcoder !== transcoder) return;
    const { stretch, fed } = this.#work;
    this.#work = null;
    if (reason === null) {
      // The stretch has been transcoded up to the last segment that was fed.
      while (this.#segments[0]?.complete && this.#segments[0].start.msn <= fed.segment.start.msn)
        this.#passOldest();
      if (this.#segments[0]?.stretch === stretch) this.#lose();
    } else this.#failed(reason);
    if (this.#ended) this.#endAll();
    else this.#pump();
  }

  #failed(reason: string): void {
    this.#lose();
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#options.log.warn({ reason, delayMs }, 'FFmpeg stopped transcoding; restarting');
    if (this.#ended) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      if (delayMs > STALE_MS) while (this.#segments[0]?.complete) this.#passOldest();
      this.#pump();
    }, delayMs).unref();
  }

  #stop(work: Work, reason: string): void {
    work.transcoder.kill();
    this.#work = null;
    this.#failed(reason);
  }

  #lose(): void {
    for (const rendition of this.#all) rendition.lose();
  }

  /** Gives up on the oldest segments if too many frames are waiting. */
  #trim(): void {
    let bytes = this.#segments.reduce((sum, { byteLength }) => sum + byteLength, 0);
    while (bytes > HELD_BYTES_MAX && this.#segments[0]?.complete) {
      bytes -= this.#segments[0].byteLength;
      this.#passOldest();
    }
  }

  #checkSpeed(): void {
    const work = this.#work;
    if (!work) return;
    const nowMs = this.#options.nowMs();
    if (!work.transcoder.isBehind) work.behindSinceMs = null;
    else work.behindSinceMs ??= nowMs;
    if (work.behindSinceMs === null || nowMs - work.behindSinceMs < BEHIND_MS) return;
    this.#work = null;
    work.transcoder.kill();
    this.#dropBest();
  }

  /** Drops the most expensive rendition. */
  #dropBest(): void {
    const best = this.#stepsFor(this.#segments.at(-1))[0]?.name;
    this.#active = this.#active.filter((name) => name !== best);
    this.#lose();
    // Give up on the waiting segments, which are too old, so that the next one begins without a
    // backlog.
    while (this.#segments[0]?.complete) this.#passOldest();
    if (best === undefined) return;
    this.#dropped.push(best);
    this.#options.transcoders.noteDropped();
    this.#options.log.warn({ rendition: best }, 'FFmpeg can’t keep up; rendition dropped');
  }

  #endAll(): void {
    this.#segments = [];
    for (const rendition of this.#all) rendition.end();
    this.#resolveEnded();
  }
}

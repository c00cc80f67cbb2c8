import { VIDEO_TIMESCALE } from '../mp4/codec-config.js';
import type { Boundary } from './boundary.js';
import type { Frame, VideoLane } from './video-lane.js';

/** A key frame cuts when the segment has this share of its target. */
const EARLIEST_SHARE = 0.75;
/** From here on one layer's key frame is enough, if the others have none at its time. */
const PATIENCE_SHARE = 1.25;
/** How long a possible cut waits to be seen by all layers that are being sent. */
const WAIT_MS = 150;
/** A layer that sent nothing for so long isn't waited for. */
const SENDING_MS = 500;
/** A layer that sent nothing for so long has no say in where the others cut. */
const DEAD_MS = 1_000;

type Options = Readonly<{
  segmentS: number;
  /** EXT-X-TARGETDURATION. */
  maxS: number;
}>;

type Place = Readonly<{ ticks: number; discontinuity: boolean; wallMs: number; nowMs: number }>;

/** Decides where all renditions of a run end a segment and begin the next, and remembers it. */
export class SegmentCuts {
  readonly #targetTicks: number;
  readonly #maxTicks: number;
  /** Those that some lane has not crossed, by number. */
  readonly #boundaries = new Map<number, Boundary>();
  #count = 0;
  #startTicks = 0;
  #decidedTicks = -Infinity;

  constructor({ segmentS, maxS }: Options) {
    this.#targetTicks = segmentS * VIDEO_TIMESCALE;
    this.#maxTicks = maxS * VIDEO_TIMESCALE;
  }

  /** The number that the next segment will have. */
  get count(): number {
    return this.#count;
  }

  /** Where the newest segment begins. */
  get startTicks(): number {
    return this.#startTicks;
  }

  /** Where the segment after the newest one begins at the latest. */
  get latestTicks(): number {
    return this.#startTicks + this.#maxTicks;
  }

  /** No boundary will be declared up to here, this time included. */
  get decidedTicks(): number {
    return Math.min(this.#decidedTicks, this.latestTicks - 1);
  }

  boundary(msn: number): Boundary | undefined {
    return this.#boundaries.get(msn);
  }

  /** All lanes are past the boundaries before this one. */
  forgetBefore(msn: number): void {
    for (const number of this.#boundaries.keys()) if (number < msn) this.#boundaries.delete(number);
  }

  /** A frame was written that begins no segment. */
  pass(ticks: number): void {
    this.#decidedTicks = Math.max(this.#decidedTicks, ticks);
  }

  /** Begins a segment, at the latest where the one before has to end if it goes on into this one. */
  declare(
    { ticks, discontinuity, wallMs, nowMs }: Place,
    { forced = false, goesOn = true } = {},
  ): void {
    const latest = goesOn ? this.latestTicks : Infinity;
    const beginsTicks = Math.min(ticks, latest);
    const earlierMs = ((ticks - beginsTicks) / VIDEO_TIMESCALE) * 1_000;
    this.#boundaries.set(this.#count, {
      start: { msn: this.#count, wallMs: wallMs - earlierMs, discontinuity },
      ticks: beginsTicks,
      instantTicks: ticks,
      forced,
      declaredMs: nowMs,
    });
    this.#count++;
    this.#startTicks = beginsTicks;
    this.#decidedTicks = ticks;
  }

  /** Whether a segment might begin with the lane's head, so that it has to wait for {@link decide}. */
  mightCutAt(lane: VideoLane, head: Frame): boolean {
    if (head.ticks <= this.#decidedTicks) return false;
    const elapsed = head.ticks - this.#startTicks;
    if (head.keyFrame && elapsed >= EARLIEST_SHARE * this.#targetTicks) return true;
    if (!lane.in) return false;
    if (head.keyFrame && lane.changesConfig(head)) return true;
    return elapsed >= PATIENCE_SHARE * this.#targetTicks || this.#isDue(lane, head);
  }

  /**
   * Decides about the earliest of the lanes' heads that wait: gives its time and whether to cut there; null:
   * nothing waits, or a lane may still get a frame of that time.
   */
  decide(lanes: readonly VideoLane[], nowMs: number): Verdict | null {
    const current = lanes.filter((lane) => lane.nextMsn === this.#count);
    const heads = current.flatMap(({ head }) => (head ? [head] : []));
    const ticks = Math.min(...heads.map((head) => head.ticks));
    const first = heads.find((head) => head.ticks === ticks);
    if (!first) return null;
    const awaited = lanes.some(
      (lane) => lane.newestTicks < ticks && nowMs - lane.newestMs < SENDING_MS,
    );
    if (awaited && nowMs - first.arrivedMs < WAIT_MS) return null;
    return { ticks, ...this.#judge(current, ticks, nowMs) };
  }

  #judge(lanes: readonly VideoLane[], ticks: number, nowMs: number): Omit<Verdict, 'ticks'> {
    const there = lanes.filter(({ head }) => head?.ticks === ticks);
    const keyed = there.filter(({ head }) => head?.keyFrame);
    const discontinuity = keyed.some((lane) => lane.head && lane.changesConfig(lane.head));
    if (this.#isGood(lanes, keyed, { ticks, nowMs }))
      return { cut: true, forced: false, discontinuity };
    const due = there.some((lane) => lane.in && lane.head && this.#isDue(lane, lane.head));
    return { cut: due, forced: due, discontinuity: due && discontinuity };
  }

  /** Whether those that have a key frame are enough to cut. */
  #isGood(
    lanes: readonly VideoLane[],
    keyed: readonly VideoLane[],
    { ticks, nowMs }: { ticks: number; nowMs: number },
  ): boolean {
    if (keyed.some((lane) => lane.in && lane.head && lane.changesConfig(lane.head))) return true;
    const elapsed = ticks - this.#startTicks;
    if (keyed.length === 0 || elapsed < EARLIEST_SHARE * this.#targetTicks) return false;
    const lose = lanes.filter(
      (lane) => lane.in && lane.newestTicks >= ticks && !keyed.includes(lane),
    );
    const goOn = keyed.some((lane) => lane.in);
    if (goOn) return lose.length === 0 || elapsed >= PATIENCE_SHARE * this.#targetTicks;
    // Only layers that were not there would begin: not while others are.
    return lanes.every((lane) => !lane.in || nowMs - lane.newestMs > DEAD_MS);
  }

  /** With the frame after this one the segment might be too long. */
  #isDue(lane: VideoLane, head: Frame): boolean {
    return head.ticks + 2 * lane.intervalTicks > this.latestTicks;
  }
}

/** What was decided about a time; `forced`: it begins without a key frame. */
export type Verdict = Readonly<{
  ticks: number;
  cut: boolean;
  forced: boolean;
  discontinuity: boolean;
}>;

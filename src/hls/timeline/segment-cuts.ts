import { VIDEO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { Boundary } from './boundary.js';
import type { Frame, VideoLane } from './video-lane.js';

/** A key frame cuts once the segment has this share of its target. */
const EARLIEST_SHARE = 0.75;
/** From this share on, one layer's key frame is enough if the others have none at its time. */
const PATIENCE_SHARE = 1.25;
/**
 * From this share on, one key frame is enough if key frames are too rare to wait for the next: the
 * layer was out, or the encoder uses a fixed interval and ignores requests.
 */
const SELDOM_SHARE = 0.25;
/** How long a possible cut waits for all layers that are being sent. */
const WAIT_MS = 150;
/** A layer silent for this long is not waited for. */
const SENDING_MS = 500;

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
  /** The boundaries that some lane has not crossed, by number. */
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

  /**
   * Starts a segment, at the latest where the previous one must end if it continues into this one.
   */
  declare({ ticks, discontinuity, wallMs, nowMs }: Place, { goesOn = true } = {}): void {
    const latest = goesOn ? this.latestTicks : Infinity;
    const beginsTicks = Math.min(ticks, latest);
    const earlierMs = ((ticks - beginsTicks) / VIDEO_TIMESCALE) * 1_000;
    this.#boundaries.set(this.#count, {
      start: { msn: this.#count, wallMs: wallMs - earlierMs, discontinuity },
      ticks: beginsTicks,
      instantTicks: ticks,
      declaredMs: nowMs,
    });
    this.#count++;
    this.#startTicks = beginsTicks;
    this.#decidedTicks = ticks;
  }

  /** Whether a segment might begin with the lane's head, so that it has to wait for {@link decide}. */
  mightCutAt(lane: VideoLane, head: Frame, lanes: readonly VideoLane[]): boolean {
    if (head.ticks <= this.#decidedTicks) return false;
    const elapsed = head.ticks - this.#startTicks;
    if (head.keyFrame && elapsed >= EARLIEST_SHARE * this.#targetTicks) return true;
    if (!lane.in) return false;
    if (head.keyFrame && lane.changesConfig(head)) return true;
    if (this.#isEntry(lane, head, lanes)) return true;
    // In step, so that another layer's key frame finds nothing written past it.
    if (areUnaligned(lanes) || lanes.some((other) => this.#isOverdue(other, head))) return true;
    return elapsed >= PATIENCE_SHARE * this.#targetTicks || this.#isDue(lane, head);
  }

  /**
   * Decides about the earliest waiting head of the lanes: returns its time and whether to cut
   * there; null if nothing waits, or a lane may still receive a frame of that time.
   */
  decide(lanes: readonly VideoLane[], nowMs: number): Verdict | null {
    const current = lanes.filter((lane) => lane.nextMsn === this.#count);
    const heads = current.flatMap((lane) => lane.firstAfter(this.#decidedTicks) ?? []);
    const ticks = Math.min(...heads.map((head) => head.ticks));
    const first = heads.find((head) => head.ticks === ticks);
    if (!first) return null;
    const awaited = lanes.some(
      (lane) => lane.newestTicks < ticks && nowMs - lane.newestMs < SENDING_MS,
    );
    if (awaited && nowMs - first.arrivedMs < WAIT_MS) return null;
    return { ticks, ...this.#judge(current, ticks) };
  }

  #judge(lanes: readonly VideoLane[], ticks: number): Omit<Verdict, 'ticks'> {
    const there = lanes.filter(({ head }) => head?.ticks === ticks);
    const keyed = there.filter(({ head }) => head?.keyFrame);
    const joining = lanes.filter(
      ({ waitsToJoin, head }) => waitsToJoin && (head?.ticks ?? 0) <= ticks,
    );
    const discontinuity = [...keyed, ...joining].some(
      (lane) => lane.head && lane.changesConfig(lane.head),
    );
    if (this.#isGood(lanes, { keyed, joining, ticks })) return { cut: true, discontinuity };
    const due = there.some((lane) => lane.in && lane.head && this.#isDue(lane, lane.head));
    return { cut: due, discontinuity: due && discontinuity };
  }

  /** Whether the lanes with a key frame, at this time or waiting to join, are enough to cut. */
  #isGood(
    lanes: readonly VideoLane[],
    {
      keyed,
      joining,
      ticks,
    }: { keyed: readonly VideoLane[]; joining: readonly VideoLane[]; ticks: number },
  ): boolean {
    const own = keyed.flatMap((lane) => (lane.in && lane.head ? [{ lane, head: lane.head }] : []));
    if (own.some(({ lane, head }) => lane.changesConfig(head))) return true;
    const elapsed = ticks - this.#startTicks;
    if (joining.length > 0 && this.#isTimeToJoin(lanes, elapsed)) return true;
    if (own.some(({ lane, head }) => this.#isEntry(lane, head, lanes))) return true;
    if (own.length === 0 || elapsed < EARLIEST_SHARE * this.#targetTicks) return false;
    const others = lanes.filter(
      (lane) => lane.in && lane.newestTicks >= ticks && !keyed.includes(lane),
    );
    if (others.length === 0) return true;
    const begins = own.some(({ head }) => !head.repeated);
    return begins && elapsed >= PATIENCE_SHARE * this.#targetTicks;
  }

  /** Whether the lane's next key frame comes later than those that are asked for. */
  #isOverdue(lane: VideoLane, { ticks }: Frame): boolean {
    const sinceKey = ticks - lane.newestKeyTicks;
    return lane.in && !lane.repeats && sinceKey > PATIENCE_SHARE * this.#targetTicks;
  }

  /**
   * Whether to let lanes join. Layers with key frames of one capture join at their next ones;
   * others cannot wait for that.
   */
  #isTimeToJoin(lanes: readonly VideoLane[], elapsedTicks: number): boolean {
    if (!lanes.some((lane) => lane.in)) return true;
    return areUnaligned(lanes) && elapsedTicks >= SELDOM_SHARE * this.#targetTicks;
  }

  /**
   * Whether a segment should start with the lane's key frame, whatever the other lanes have, so
   * that players can join this layer. Layers whose key frames are too close together take turns.
   */
  #isEntry(lane: VideoLane, head: Frame, lanes: readonly VideoLane[]): boolean {
    const { entryTicks } = lane;
    if (!head.keyFrame || head.repeated) return false;
    if (head.ticks - entryTicks <= PATIENCE_SHARE * this.#targetTicks) return false;
    // It had its turn but was always blocked: now the segment may be very short.
    if (lane.keysPassed >= lanes.length) return true;
    if (head.ticks - this.#startTicks < SELDOM_SHARE * this.#targetTicks) return false;
    const waitsLonger = lanes.some(
      (other) => other.in && other.entryTicks < entryTicks && other.ownKeyTicks > entryTicks,
    );
    return !waitsLonger || lane.keysPassed + 1 >= lanes.length;
  }

  /** Whether the next frame might make the segment too long. */
  #isDue(lane: VideoLane, head: Frame): boolean {
    return head.ticks + 2 * lane.intervalTicks > this.latestTicks;
  }
}

/** Whether a layer has a key frame at a time that another has passed without one. */
const areUnaligned = (lanes: readonly VideoLane[]): boolean =>
  lanes.some(({ newestKeyTicks: ticks }) =>
    lanes.some(
      (other) => !other.repeats && other.newestKeyTicks < ticks && other.newestTicks >= ticks,
    ),
  );

/** What was decided about a time. */
export type Verdict = Readonly<{
  ticks: number;
  cut: boolean;
  discontinuity: boolean;
}>;

import { VIDEO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { Boundary } from './boundary.js';
import type { Frame, VideoLane } from './video-lane.js';

/**
 * A key frame can start a new segment once the current one has reached this share of its target
 * duration.
 */
const EARLIEST_SHARE = 0.75;
/**
 * From this share on, a key frame on one layer is enough if the other layers have none at that
 * time.
 */
const PATIENCE_SHARE = 1.25;
/**
 * From this share on, one key frame is enough if waiting for the next one would take too long,
 * because the layer was missing, or because the encoder uses a fixed interval and ignores requests.
 */
const SELDOM_SHARE = 0.25;
/** How long a possible cut waits for all layers that are being sent. */
const WAIT_MS = 150;
/** A cut doesn't wait for layers that have sent nothing for this long. */
const SENDING_MS = 500;

type Options = Readonly<{
  segmentS: number;
  /** EXT-X-TARGETDURATION. */
  maxS: number;
}>;

type Place = Readonly<{ ticks: number; discontinuity: boolean; wallMs: number; nowMs: number }>;

/**
 * Decides where all renditions of a run end one segment and begin the next, and stores these
 * boundaries.
 */
export class SegmentCuts {
  readonly #targetTicks: number;
  readonly #maxTicks: number;
  /** The boundaries that at least one lane hasn't crossed yet, by number. */
  readonly #boundaries = new Map<number, Boundary>();
  #count = 0;
  #startTicks = 0;
  #decidedTicks = -Infinity;

  constructor({ segmentS, maxS }: Options) {
    this.#targetTicks = segmentS * VIDEO_TIMESCALE;
    this.#maxTicks = maxS * VIDEO_TIMESCALE;
  }

  /** The number of the next segment. */
  get count(): number {
    return this.#count;
  }

  /** The start of the newest segment. */
  get startTicks(): number {
    return this.#startTicks;
  }

  /** The latest possible start of the segment after the newest one. */
  get latestTicks(): number {
    return this.#startTicks + this.#maxTicks;
  }

  /** The time up to which no boundary will be declared, inclusive. */
  get decidedTicks(): number {
    return Math.min(this.#decidedTicks, this.latestTicks - 1);
  }

  boundary(msn: number): Boundary | undefined {
    return this.#boundaries.get(msn);
  }

  /** Forgets boundaries that all lanes have crossed. */
  forgetBefore(msn: number): void {
    for (const number of this.#boundaries.keys()) if (number < msn) this.#boundaries.delete(number);
  }

  /** Records a frame that was written without starting a segment. */
  pass(ticks: number): void {
    this.#decidedTicks = Math.max(this.#decidedTicks, ticks);
  }

  /**
   * Starts a segment. If `continues` is true, the segment starts no later than the previous one
   * must end.
   */
  declare({ ticks, discontinuity, wallMs, nowMs }: Place, { continues = true } = {}): void {
    const latest = continues ? this.latestTicks : Infinity;
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

  /**
   * Whether a segment might begin with the lane's head, in which case the lane waits for {@link
   * decide}.
   */
  mightCutAt(lane: VideoLane, head: Frame, lanes: readonly VideoLane[]): boolean {
    if (head.ticks <= this.#decidedTicks) return false;
    const elapsed = head.ticks - this.#startTicks;
    if (head.keyFrame && elapsed >= EARLIEST_SHARE * this.#targetTicks) return true;
    if (!lane.in) return false;
    if (head.keyFrame && lane.changesConfig(head)) return true;
    if (this.#isEntry(lane, head, lanes)) return true;
    // Layers advance together, to keep each from writing past another layer's key frame.
    if (areUnaligned(lanes) || lanes.some((other) => this.#isOverdue(other, head))) return true;
    return elapsed >= PATIENCE_SHARE * this.#targetTicks || this.#isDue(lane, head);
  }

  /**
   * Decides whether to cut at the earliest head with which a lane is waiting. Returns its time and
   * the decision; null if no lane is waiting, or if another lane may still receive a frame with
   * that time.
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
    const present = lanes.filter(({ head }) => head?.ticks === ticks);
    const keyed = present.filter(({ head }) => head?.keyFrame);
    const joining = lanes.filter(
      ({ waitsToJoin, head }) => waitsToJoin && (head?.ticks ?? 0) <= ticks,
    );
    const discontinuity = [...keyed, ...joining].some(
      (lane) => lane.head && lane.changesConfig(lane.head),
    );
    if (this.#isGood(lanes, { keyed, joining, ticks })) return { cut: true, discontinuity };
    const due = present.some((lane) => lane.in && lane.head && this.#isDue(lane, lane.head));
    return { cut: due, discontinuity: due && discontinuity };
  }

  /** Whether enough lanes have a key frame to cut here, either at this time or waiting to join. */
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

  /** Whether the lane's next key frame is overdue: requested key frames usually arrive sooner. */
  #isOverdue(lane: VideoLane, { ticks }: Frame): boolean {
    const sinceKey = ticks - lane.newestKeyTicks;
    return lane.in && !lane.repeats && sinceKey > PATIENCE_SHARE * this.#targetTicks;
  }

  /**
   * Whether to cut so that lanes can join. If the layers' key frames belong to the same captures, a
   * lane joins at its next key frame anyway; otherwise, it can't wait for that.
   */
  #isTimeToJoin(lanes: readonly VideoLane[], elapsedTicks: number): boolean {
    if (!lanes.some((lane) => lane.in)) return true;
    return areUnaligned(lanes) && elapsedTicks >= SELDOM_SHARE * this.#targetTicks;
  }

  /**
   * Whether a segment should start with this lane's key frame even if the other lanes have none, to
   * let players join this layer. Layers whose key frames are too close together take turns.
   */
  #isEntry(lane: VideoLane, head: Frame, lanes: readonly VideoLane[]): boolean {
    const { entryTicks } = lane;
    if (!head.keyFrame || head.repeated) return false;
    if (head.ticks - entryTicks <= PATIENCE_SHARE * this.#targetTicks) return false;
    // The lane's turn passed without a cut. From now on, even a very short segment is acceptable.
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

/** Whether a layer has a key frame at a time that another layer passed without one. */
const areUnaligned = (lanes: readonly VideoLane[]): boolean =>
  lanes.some(({ newestKeyTicks: ticks }) =>
    lanes.some(
      (other) => !other.repeats && other.newestKeyTicks < ticks && other.newestTicks >= ticks,
    ),
  );

/** The decision on whether to cut at a time. */
export type Verdict = Readonly<{
  ticks: number;
  cut: boolean;
  discontinuity: boolean;
}>;

import type { AccessUnit } from '../codecs/access-unit.js';
import { reorderDepthOf } from '../codecs/h264-reorder-depth.js';
import { MAX_REORDERED, ReorderWatch } from '../codecs/reorder-watch.js';
import { TimestampUnwrapper } from './timestamp-unwrapper.js';

/** If nothing arrives for this long, the sender has paused, and waiting frames are released. */
const MAX_WAIT_MS = 1_000;

/** A waiting access unit with its unwrapped presentation time. */
type Waiting = Readonly<{ unit: AccessUnit; time: number }>;

/**
 * Derives decode times for one H.264 RTP stream, whose frames arrive in decoding order with their
 * presentation times (RFC 6184 5.1).
 *
 * In decoding order, the n-th frame since an IDR picture is decoded when the n-th one in display
 * order is shown. That time is known once as many later frames have arrived as the encoder
 * reorders, so that many frames wait: two with x264's defaults, and none without B-frames. An IDR
 * picture's decode time therefore equals its presentation time; other frames' decode times may be
 * later than their presentation times.
 */
export class DecodeTimes {
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #watch = new ReorderWatch();
  /** The waiting frames, at most {@link MAX_REORDERED} between calls. */
  readonly #waiting: Waiting[] = [];
  /**
   * The presentation times since the IDR picture that aren't a frame's decode time yet, ascending.
   */
  #times: number[] = [];
  #lastTime = -Infinity;
  /** The reorder depth that the parameter sets declare; null if they don't declare one. */
  #declared: number | null = null;
  /** The largest reorder depth observed so far. */
  #observed = 0;

  /** Whether decoding order differs from display order; null if not known yet. */
  get reorders(): boolean | null {
    return this.#watch.reorders;
  }

  /** Adds the next unit. Returns the units whose decode time is known, in order. */
  push(unit: AccessUnit): AccessUnit[] {
    if (unit.config.codec !== 'h264') return [unit];
    const time = this.#unwrapper.unwrap(unit.rtpTime);
    const isStepBack = this.#watch.isStepBack(time);
    // An IDR picture follows all earlier frames in both decoding and display order.
    const done = unit.keyFrame || isStepBack ? this.flush() : [];
    if (isStepBack) this.#lastTime = -Infinity;
    if (unit.keyFrame) this.#declared = reorderDepthOf(unit.config);
    this.#observed = Math.max(this.#observed, this.#watch.note(time));
    this.#waiting.push({ unit, time });
    this.#times.splice(placeOf(time, this.#times), 0, time);
    while (this.#waiting.length > this.#depth) done.push(...this.#release());
    return done;
  }

  /** Returns the frames that have waited for too long. Must be called a few times a second. */
  expire(nowMs: number): AccessUnit[] {
    const newest = this.#waiting.at(-1);
    return newest && nowMs - newest.unit.arrivedMs > MAX_WAIT_MS ? this.flush() : [];
  }

  /** Returns the waiting frames, when no related frames follow. */
  flush(): AccessUnit[] {
    const units: AccessUnit[] = [];
    while (this.#waiting.length > 0) units.push(...this.#release());
    return units;
  }

  get #depth(): number {
    if (this.reorders === false) return 0;
    return Math.min(MAX_REORDERED, Math.max(this.#declared ?? 0, this.#observed));
  }

  #release(): AccessUnit[] {
    const next = this.#waiting.shift();
    const earliest = this.#times.shift();
    if (!next || earliest === undefined) return [];
    const { unit, time } = next;
    const decodeTime = Math.max(earliest, this.#lastTime + 1);
    this.#lastTime = decodeTime;
    if (!this.reorders && decodeTime === time) return [unit];
    return [{ ...unit, rtpTime: decodeTime >>> 0, compositionTicks: time - decodeTime }];
  }
}

/** Returns the position at which to insert a time into ascending times, after equal ones. */
function placeOf(time: number, times: readonly number[]): number {
  let place = times.length;
  while (place > 0 && (times[place - 1] ?? 0) > time) place -= 1;
  return place;
}

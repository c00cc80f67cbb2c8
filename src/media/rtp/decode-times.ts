import type { AccessUnit } from '../codecs/access-unit.js';
import { reorderDepthOf } from '../codecs/h264-reorder-depth.js';
import { MAX_REORDERED, ReorderWatch } from '../codecs/reorder-watch.js';
import { TimestampUnwrapper } from './timestamp-unwrapper.js';

/** If nothing arrives for this long, pictures don't wait any longer, because the sender has paused. */
const MAX_WAIT_MS = 1_000;

/** An access unit that waits, with its unwrapped presentation time. */
type Waiting = Readonly<{ unit: AccessUnit; time: number }>;

/**
 * Derives decode times for one H.264 RTP stream, whose pictures arrive in decoding order with
 * their presentation times (RFC 6184 5.1).
 *
 * The n-th picture since an IDR picture is decoded when the n-th of them is shown. That is known
 * once as many later pictures have arrived as the encoder reorders, so as many wait: two with x264's
 * defaults, and none without B-frames. The decode time of an IDR picture thus equals its
 * presentation time, and those of other pictures may be later than theirs.
 */
export class DecodeTimes {
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #watch = new ReorderWatch();
  /** The pictures that wait, at most {@link MAX_REORDERED} between calls. */
  readonly #waiting: Waiting[] = [];
  /** The presentation times since the IDR picture that are no picture's decode time yet, ascending. */
  #times: number[] = [];
  #lastTime = -Infinity;
  /** How many pictures the parameter sets say are reordered; null if they don't. */
  #declared: number | null = null;
  /** How many pictures have been seen reordered. */
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
    // An IDR picture follows all earlier ones in both orders.
    const done = unit.keyFrame || isStepBack ? this.flush() : [];
    if (isStepBack) this.#lastTime = -Infinity;
    if (unit.keyFrame) this.#declared = reorderDepthOf(unit.config);
    this.#observed = Math.max(this.#observed, this.#watch.note(time));
    this.#waiting.push({ unit, time });
    this.#times.splice(placeOf(time, this.#times), 0, time);
    while (this.#waiting.length > this.#depth) done.push(...this.#release());
    return done;
  }

  /** Returns the pictures that have waited for too long. Must be called a few times a second. */
  expire(nowMs: number): AccessUnit[] {
    const newest = this.#waiting.at(-1);
    return newest && nowMs - newest.unit.arrivedMs > MAX_WAIT_MS ? this.flush() : [];
  }

  /** Returns the pictures that wait, because no more follow or none that belong to them. */
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

/** Returns the place of a time among ascending ones, after equal ones. */
function placeOf(time: number, times: readonly number[]): number {
  let place = times.length;
  while (place > 0 && (times[place - 1] ?? 0) > time) place -= 1;
  return place;
}

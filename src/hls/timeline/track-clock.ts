import { ArrivalWatch } from './arrival-watch.js';
import { LayerClock, SAME_CAPTURE_MS } from './layer-clock.js';
import { LowestDelay } from './lowest-delay.js';
import { Slew } from './slew.js';

/** The jitter of reports; smaller errors are ignored. */
const TOLERANCE_MS = 3;
/** A report with a larger error belongs to a different clock from the known one. */
const JUMP_MS = 1_000;
/** Two reports that differ by less than this confirm the same jump. */
const AGREEMENT_MS = 100;
/**
 * The largest change in delay at which a jump is attributed to the RTP clock. A jump of the
 * publisher's clock changes the delay by more.
 */
const SAME_DELAY_MS = 800;
/**
 * Key frames that arrive within this time are assumed to belong to the same capture unless there is
 * better evidence.
 */
const SAME_KEY_FRAME_MS = 200;
/**
 * The number of stored capture times, 2 s at 120 frames per second. All layers use the same capture
 * times.
 */
const INSTANTS = 256;

/** The state that the clocks of all tracks of one publisher share. */
export type PublisherClock = {
  /**
   * The offset from capture times to the publisher's current clock. It is nonzero if that clock has
   * been set, or if times were derived from arrival before the first report.
   */
  stepMs: number;
  /** Whether a report has been used. */
  known: boolean;
};

/** The properties of a unit that a clock needs. */
export type ArrivedUnit = Readonly<{
  layer: number;
  rtpTime: number;
  keyFrame: boolean;
  arrivedMs: number;
}>;

type Arrival = Readonly<{ time: number; arrivedMs: number; wayMs: number | null }>;

type Options = Readonly<{ ticksPerMs: number; layerCount: number; publisher: PublisherClock }>;

/**
 * The capture times of one track's units, in ticks of its RTP clock since 1970 on the publisher's
 * clock. They are derived from sender reports (RFC 3550 6.4.1) or, without reports, from arrival
 * times. The times are as evenly spaced as the RTP times, are the same on all layers for the same
 * capture, and follow the publisher's clock in steps of 1 ms.
 */
export class TrackClock {
  readonly #ticksPerMs: number;
  readonly #layers: readonly LayerClock[];
  readonly #publisher: PublisherClock;
  readonly #slew: Slew;
  readonly #arrivals = new ArrivalWatch();
  /** The reports' errors before slewing. Clocks drift little within half a minute. */
  readonly #reports = new LowestDelay({ bucketMs: 5_000, buckets: 6 });
  /** The stored capture times on the layers' shared axis before slewing, ascending. */
  #instants: number[] = [];
  #state: 'unknown' | 'by-arrival' | 'reported' | 'distrusted' = 'unknown';
  #lastErrorTicks = 0;
  /** The last key frame of an exact layer. */
  #lastKey: { instant: number; arrivedMs: number } | null = null;

  constructor({ ticksPerMs, layerCount, publisher }: Options) {
    this.#ticksPerMs = ticksPerMs;
    this.#publisher = publisher;
    this.#slew = new Slew(ticksPerMs);
    this.#layers = Array.from({ length: layerCount }, () => new LayerClock());
  }

  /** Whether times come from sender reports. */
  get reported(): boolean {
    return this.#state === 'reported';
  }

  /** Whether the times of every sending layer come from sender reports. */
  get ready(): boolean {
    const sending = this.#layers.filter((layer) => layer.hasFrames);
    return this.reported && sending.every((layer) => layer.offsetTicks !== null);
  }

  /**
   * The usual delay from capture to arrival, minus how far the publisher's clock is ahead of the
   * server's; null if unknown.
   */
  get delayMs(): number | null {
    return this.#arrivals.usualMs;
  }

  /** The current delay, defined as for {@link delayMs}; null if nothing arrived recently. */
  recentDelayMs(nowMs: number): number | null {
    return this.#arrivals.recentMs(nowMs);
  }

  /** Records a unit whose time {@link captureTicks} will return later. */
  preview(layer: number, rtpTime: number): void {
    const clock = this.#layers[layer];
    clock?.remember(clock.unwrap(rtpTime));
  }

  /** Handles a sender report that has just arrived. */
  report(layer: number, report: { ntpMs: number; rtpTime: number; nowMs: number }): void {
    const clock = this.#layers[layer];
    // RFC 3550 6.4.1: a sender that has no notion of time may set the NTP timestamp to zero.
    if (!clock || report.ntpMs < 0 || this.#state === 'distrusted') return;
    const time = clock.unwrap(report.rtpTime);
    const captureMs = report.ntpMs - this.#publisher.stepMs;
    const axisTicks = (ms: number) => Math.round(ms * this.#ticksPerMs) - this.#slew.shiftTicks;
    if (clock.offsetTicks === null) {
      // If a track is timed by arrival, its new layers are too, so that all layers share one axis.
      if (this.#state === 'by-arrival') return;
      this.#anchor(clock, axisTicks(captureMs) - time);
      this.#believe();
    }
    const errorTicks = axisTicks(captureMs) - (time + (clock.offsetTicks ?? 0));
    if (!this.#publisher.known) {
      // All tracks have been timed by arrival so far. Their times continue evenly, and the error is
      // how far the publisher's clock differs from them.
      this.#publisher.stepMs += errorTicks / this.#ticksPerMs;
      this.#believe();
      this.#promptestError(0, report.nowMs);
    } else if (Math.abs(errorTicks) > JUMP_MS * this.#ticksPerMs)
      this.#jump(clock, errorTicks, report.nowMs - captureMs);
    else
      this.#correct(
        clock,
        clock.exact ? this.#promptestError(errorTicks, report.nowMs) : errorTicks,
      );
  }

  /**
   * Records the error of a report on the layers' shared axis, and returns the lowest error of the
   * last half minute. If a sender stamps reports when it sends a packet, the error includes the
   * packet's delay. For example, OBS sends audio and video in timestamp order, so packets of one
   * kind wait for the other.
   */
  #promptestError(errorTicks: number, nowMs: number): number {
    const { shiftTicks } = this.#slew;
    this.#reports.note((errorTicks + shiftTicks) / this.#ticksPerMs, nowMs);
    return Math.round((this.#reports.valueMs ?? 0) * this.#ticksPerMs) - shiftTicks;
  }

  /**
   * Sets the clock without reports. Assumes that the units of the first unit's layer arrived
   * `delayMs` after their capture.
   */
  anchorByArrival(units: readonly ArrivedUnit[], delayMs: number): void {
    const layer = this.#layers[units[0]?.layer ?? 0];
    if (!layer || layer.offsetTicks !== null || units.length === 0) return;
    const offsets = units
      .filter((unit) => unit.layer === units[0]?.layer)
      .map((unit) => this.#offsetByArrival(layer.unwrap(unit.rtpTime), unit.arrivedMs - delayMs));
    this.#anchor(layer, Math.min(...offsets));
    if (this.#state === 'unknown') this.#state = 'by-arrival';
  }

  /** Discards all reports and ignores later ones, because they contradict those of other tracks. */
  distrust(): void {
    this.#state = 'distrusted';
    this.#arrivals.clear();
    this.#instants = [];
    for (const layer of this.#layers) {
      layer.restart();
      layer.offsetTicks = null;
    }
  }

  /** Handles the publisher resuming the track: its clock may have stood still. */
  resume(): void {
    this.#arrivals.resume();
  }

  /**
   * Handles a change of the layer's RTP clock, starting with these units. They are assumed to have
   * the usual delay.
   */
  restartBy(units: readonly ArrivedUnit[], wayMs: number | null): void {
    const layer = this.#layers[units[0]?.layer ?? 0];
    if (!layer || units.length === 0) return;
    const delayMs = wayMs ?? this.delayMs ?? 0;
    const offsets = units.map(({ rtpTime, arrivedMs }) =>
      this.#offsetByArrival(layer.unwrap(rtpTime), arrivedMs - delayMs),
    );
    this.#restart(layer, Math.min(...offsets));
    if (this.#state === 'reported') this.#state = 'by-arrival';
  }

  /**
   * Returns the difference between the spacing of the units' times and the spacing of their
   * arrivals, in milliseconds.
   */
  unevennessMs(units: readonly ArrivedUnit[]): number {
    const [first] = units;
    const layer = first && this.#layers[first.layer];
    if (!layer) return Infinity;
    const time = layer.unwrap(first.rtpTime);
    const differences = units.map(
      ({ rtpTime, arrivedMs }) =>
        (layer.unwrap(rtpTime) - time) / this.#ticksPerMs - (arrivedMs - first.arrivedMs),
    );
    return Math.max(...differences) - Math.min(...differences);
  }

  /**
   * Returns a unit's capture time, or null if its time does not fit the clock. Units of a layer
   * must be passed in order.
   * @param wayMs the current transit delay according to other tracks' reports; null if unknown
   */
  captureTicks(unit: ArrivedUnit, wayMs: number | null): number | null {
    const layer = this.#layers[unit.layer];
    if (!layer) return null;
    const { arrivedMs, keyFrame } = unit;
    const time = layer.unwrap(unit.rtpTime);
    layer.remember(time);
    if (layer.offsetTicks === null && !(keyFrame && this.#anchorByKeyFrame(layer, time, unit)))
      this.anchorByArrival([unit], wayMs ?? this.delayMs ?? 0);
    if (!layer.exact) this.#align(layer);
    if (!this.#isPlausible(layer, { time, arrivedMs, wayMs })) return null;
    layer.believe(time);
    const instant = this.#instantAt(time + (layer.offsetTicks ?? 0));
    const ticks = instant + this.#slew.shiftAt(instant);
    this.#watch(arrivedMs - ticks / this.#ticksPerMs, { wayMs, nowMs: arrivedMs });
    if (keyFrame && layer.exact) this.#lastKey = { instant, arrivedMs };
    return ticks;
  }

  /**
   * Whether a unit arrived approximately when expected. If it didn't and is the first after a
   * pause, the clock is restarted.
   */
  #isPlausible(layer: LayerClock, { time, arrivedMs, wayMs }: Arrival): boolean {
    const ticks = time + (layer.offsetTicks ?? 0) + this.#slew.shiftTicks;
    const delayMs = arrivedMs - ticks / this.#ticksPerMs;
    const verdict = this.#arrivals.judge(delayMs, wayMs);
    if (verdict !== 'new-clock')
      return verdict === 'fits' && !layer.isStepBack(time, this.#ticksPerMs);
    const expectedMs = wayMs ?? this.delayMs ?? 0;
    this.#restart(layer, this.#offsetByArrival(time, arrivedMs - expectedMs));
    if (this.#state === 'reported') this.#state = 'by-arrival';
    return true;
  }

  #watch(delayMs: number, way: { wayMs: number | null; nowMs: number }): void {
    if (this.#state === 'reported') return this.#arrivals.note(delayMs, way.nowMs);
    const forwardMs = this.#arrivals.follow(delayMs, way);
    if (forwardMs !== null) this.#slew.moveBy(forwardMs * this.#ticksPerMs);
  }

  #believe(): void {
    this.#state = 'reported';
    this.#publisher.known = true;
  }

  #anchor(layer: LayerClock, offsetTicks: number): void {
    layer.offsetTicks = offsetTicks;
    // The first exact layer defines the axis.
    layer.exact = this.#layers.every((other) => other === layer || !other.exact);
    if (!layer.exact) this.#align(layer);
  }

  /**
   * Anchors a layer by its first key frame, because all layers have a key frame of that capture.
   * This is more accurate than arrival.
   */
  #anchorByKeyFrame(layer: LayerClock, time: number, { arrivedMs }: ArrivedUnit): boolean {
    const key = this.#lastKey;
    if (key === null || Math.abs(arrivedMs - key.arrivedMs) > SAME_KEY_FRAME_MS) return false;
    layer.offsetTicks = key.instant - time;
    return true;
  }

  #align(layer: LayerClock): void {
    const others = this.#layers.filter((other) => other !== layer && other.exact);
    layer.alignTo(others, this.#ticksPerMs);
  }

  #offsetByArrival(time: number, captureMs: number): number {
    return Math.round(captureMs * this.#ticksPerMs) - this.#slew.shiftTicks - time;
  }

  #correct(layer: LayerClock, errorTicks: number): void {
    layer.doubtedErrorTicks = null;
    if (!layer.exact) {
      layer.offsetTicks = (layer.offsetTicks ?? 0) + errorTicks;
      this.#align(layer);
    } else if (this.#state !== 'reported') {
      this.#believe();
      this.#slew.moveBy(errorTicks);
    } else if (Math.abs(errorTicks) <= TOLERANCE_MS * this.#ticksPerMs) {
      this.#slew.moveBy(0);
    } else if (errorTicks * this.#lastErrorTicks > 0) {
      // Two reports agree on the direction, so the smaller error is used.
      const ticks = Math.min(Math.abs(errorTicks), Math.abs(this.#lastErrorTicks));
      this.#slew.moveBy(Math.sign(errorTicks) * ticks);
    }
    this.#lastErrorTicks = Math.abs(errorTicks) > TOLERANCE_MS * this.#ticksPerMs ? errorTicks : 0;
  }

  /** Handles a jump: either the layer's RTP clock restarted, or the publisher's clock was set. */
  #jump(layer: LayerClock, errorTicks: number, delayMs: number): void {
    const doubted = layer.doubtedErrorTicks;
    const { usualMs } = this.#arrivals;
    const fits = usualMs !== null && Math.abs(delayMs - usualMs) < SAME_DELAY_MS;
    layer.doubtedErrorTicks = errorTicks;
    const confirmed =
      doubted !== null && Math.abs(doubted - errorTicks) < AGREEMENT_MS * this.#ticksPerMs;
    if (!confirmed && !fits) return;
    layer.doubtedErrorTicks = null;
    if (usualMs !== null && !fits) {
      this.#publisher.stepMs += errorTicks / this.#ticksPerMs;
      this.#believe();
    } else this.#restart(layer, (layer.offsetTicks ?? 0) + errorTicks);
  }

  #restart(layer: LayerClock, offsetTicks: number): void {
    layer.restart();
    layer.forgetFrames();
    this.#arrivals.restart();
    this.#reports.clear();
    this.#anchor(layer, offsetTicks);
  }

  /**
   * Returns the capture time that another layer has for the same frame, or records this one as new.
   */
  #instantAt(ticks: number): number {
    const instants = this.#instants;
    const width = SAME_CAPTURE_MS * this.#ticksPerMs;
    let at = instants.length;
    while (at > 0 && (instants[at - 1] ?? 0) > ticks + width) at--;
    const before = instants[at - 1];
    if (before !== undefined && Math.abs(before - ticks) <= width) return before;
    instants.splice(at, 0, ticks);
    if (instants.length > INSTANTS) instants.shift();
    return ticks;
  }
}

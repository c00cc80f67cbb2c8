import { VIDEO_TIMESCALE, type VideoConfig } from '../../media/codecs/codec-config.js';
import type { Boundary } from './boundary.js';
import type { RenditionOutput } from './rendition-output.js';
import { sameConfig } from '../../media/codecs/same-config.js';

/** A frame with its decode time on the run's timeline, in 90 kHz ticks. */
export type Frame = Readonly<{
  ticks: number;
  /**
   * The presentation time minus {@link ticks}; signed. Absent if the stream has no B-frames. A frame
   * without it is shown when it is decoded, even if its decode time is moved.
   */
  compositionTicks?: number;
  keyFrame: boolean;
  data: Uint8Array;
  config: VideoConfig;
  arrivedMs: number;
  /** Whether it repeats an earlier frame because no new one arrived. */
  repeated?: boolean;
}>;

/** The maximum duration of a frame; after this time, the last key frame is repeated. */
const MAX_SHOWN_TICKS = VIDEO_TIMESCALE;
/** How long a lane waits for its frame at a boundary that other lanes declared. */
const LATE_MS = 400;
/**
 * The number of consecutive segments that may start with an earlier frame. After that, a gap is
 * written for a missing layer.
 */
const MAX_BRIDGED = 2;
/**
 * The maximum number of frames waiting for a decision. Never reached, because a decision is due
 * after 150 ms.
 */
const MAX_QUEUE = 1_200;
/**
 * The maximum age of the key frame with which a layer begins. The frames between that key frame and
 * the boundary are shown for one tick each.
 */
const MAX_CAUGHT_UP_TICKS = 3 * VIDEO_TIMESCALE;
/**
 * The minimum duration of a repeated frame and of a last frame, 10 ms, because players use the last
 * duration as the distance to the next stretch of the timeline.
 */
const MOMENT_TICKS = VIDEO_TIMESCALE / 100;
/**
 * Frames that are too early by at most this much are decoded right after the previous frame.
 * Senders round decode times, and clocks combine times that are less than a millisecond apart.
 */
const NUDGE_TICKS = VIDEO_TIMESCALE / 100;
/** The duration of the very last frame if nothing else is known. */
const USUAL_TICKS = VIDEO_TIMESCALE / 30;

type Gap = Readonly<{ boundary: Boundary; fromTicks: number }>;

/**
 * Queues one layer's frames for its rendition. A lane is *in* while it has an open segment, which
 * begins with a key frame. At a boundary without a key frame on this layer, the lane continues with
 * its next frame if that depends on frames already shown. If no frame arrives, the lane repeats its
 * last key frame, because players stall at gaps. If the layer stays absent, the lane is *out* and
 * writes a gap. It then stores frames from the next key frame on, and joins with that key frame at
 * the next boundary.
 */
export class VideoLane {
  readonly #output: RenditionOutput;
  readonly #partTicks: number;
  /** Frames not yet consumed, ascending; at most {@link MAX_QUEUE}. */
  readonly #queue: Frame[] = [];
  /** The frame in the open segment whose end is not yet known. */
  #shown: Frame | null = null;
  #intervalTicks = USUAL_TICKS;
  #gap: Gap | null = null;
  #lastKey: Frame | null = null;
  #newestTicks = -Infinity;
  #newestKeyTicks = -Infinity;
  #ownKeyTicks = -Infinity;
  #entryTicks = -Infinity;
  #keysPassed = 0;
  #newestMs = -Infinity;
  #needsKeyFrame = true;
  #repeats = false;
  /** The number of consecutive segments without a new key frame. */
  #bridged = 0;
  /** The number of boundaries crossed, which is also the number of the next one. */
  #next = 0;

  constructor(output: RenditionOutput, { partS }: { partS: number }) {
    this.#output = output;
    this.#partTicks = Math.floor(partS * VIDEO_TIMESCALE + 1e-6);
  }

  get in(): boolean {
    return this.#shown !== null;
  }

  /** The number of the next boundary. */
  get nextMsn(): number {
    return this.#next;
  }

  /** The first queued frame. */
  get head(): Frame | undefined {
    return this.#queue[0];
  }

  /** The newest frame's time. */
  get newestTicks(): number {
    return this.#newestTicks;
  }

  /** The time of the newest received key frame. */
  get newestKeyTicks(): number {
    return this.#newestKeyTicks;
  }

  /** The time of the last key frame that was written, not counting repeated ones. */
  get ownKeyTicks(): number {
    return this.#ownKeyTicks;
  }

  /** The time of the last key frame that started a segment, which is where players can join. */
  get entryTicks(): number {
    return this.#entryTicks;
  }

  /** The number of key frames since {@link entryTicks}. */
  get keysPassed(): number {
    return this.#keysPassed;
  }

  /** Whether the lane is out and has a key frame to start a segment with. */
  get waitsToJoin(): boolean {
    const { head } = this;
    return !this.in && head?.keyFrame === true && !head.repeated;
  }

  /** Returns the first frame after the given time that must wait for a decision. */
  firstAfter(ticks: number): Frame | undefined {
    return this.waitsToJoin ? this.#queue.find((frame) => frame.ticks > ticks) : this.head;
  }

  /** The time at which the newest frame arrived, on the server's clock. */
  get newestMs(): number {
    return this.#newestMs;
  }

  /** The duration of the frame before the head. */
  get intervalTicks(): number {
    const head = this.head;
    return head && this.#shown
      ? Math.max(head.ticks - this.#shown.ticks, this.#intervalTicks)
      : this.#intervalTicks;
  }

  /** The end of the output if nothing more arrives. */
  get endTicks(): number {
    if (!this.#shown) return this.#gap?.fromTicks ?? 0;
    return (this.#queue.at(-1) ?? this.#shown).ticks + this.#intervalTicks;
  }

  /** Whether the newest frame is a repeated one. */
  get repeats(): boolean {
    return this.#repeats;
  }

  /** Whether the frame cannot be decoded with the configuration of the open segment. */
  changesConfig(frame: Frame): boolean {
    const config = this.#output.config;
    return config !== null && frame.config !== config && !sameConfig(config, frame.config);
  }

  /**
   * Records that frames before the next one are missing; frames that depend on them are dropped.
   */
  lose(): void {
    this.#needsKeyFrame = true;
  }

  /**
   * Adds a frame. Returns false if a key frame is needed, because this frame, or one that it
   * depends on, could not be placed.
   */
  push(pushed: Frame): boolean {
    const frame = this.#nudged(pushed);
    this.#newestMs = frame.arrivedMs;
    if (frame.ticks <= this.#newestTicks || this.#queue.length >= MAX_QUEUE)
      this.#needsKeyFrame = true;
    else if (frame.keyFrame) this.#needsKeyFrame = false;
    if (this.#needsKeyFrame) return false;
    this.#newestTicks = frame.ticks;
    if (frame.keyFrame) this.#newestKeyTicks = frame.ticks;
    this.#repeats = false;
    this.#queue.push(frame);
    return true;
  }

  #nudged(frame: Frame): Frame {
    const earlyTicks = this.#newestTicks - frame.ticks;
    const isClose = earlyTicks >= 0 && earlyTicks <= NUDGE_TICKS;
    return isClose && !this.#repeats ? movedTo(frame, this.#newestTicks + 1) : frame;
  }

  /**
   * Repeats the last key frame at a time after all queued frames. The next frame must be a key
   * frame.
   */
  repeatAt(ticks: number): void {
    const key = this.#queue.findLast((frame) => frame.keyFrame) ?? this.#lastKey;
    if (!key || ticks <= this.#newestTicks) return;
    this.#queue.push(repeatedAt(key, ticks));
    this.#newestTicks = ticks;
    this.#needsKeyFrame = true;
    this.#repeats = true;
  }

  /**
   * Writes the head into the open segment. Drops the head if no segment is open, or if the head
   * needs another configuration. Returns false if a key frame is needed afterwards.
   */
  consume(): boolean {
    const head = this.#queue.shift();
    const shown = this.#shown;
    if (!head || !shown) return true;
    if (this.changesConfig(head)) {
      // The frames after a dropped frame depend on it.
      while (this.#queue[0] && !this.#queue[0].keyFrame) this.#queue.shift();
      this.#needsKeyFrame ||= this.#queue.length === 0;
      return !this.#needsKeyFrame;
    }
    // Frames that are catching up follow each other at intervals of one tick.
    const ticks = Math.max(head.ticks, shown.ticks + 1);
    this.#show(shown, ticks, { repeat: head.keyFrame });
    this.#begin(movedTo(head, ticks, { notBefore: true }));
    return true;
  }

  /** Crosses a declared boundary; returns false if a frame it needs is still missing. */
  cross(boundary: Boundary, nowMs: number): boolean {
    const { instantTicks } = boundary;
    if (this.in && this.head && this.head.ticks < instantTicks) return false;
    const late = nowMs - boundary.declaredMs >= LATE_MS;
    if (this.#newestTicks < instantTicks && !late) return false;
    const wasIn = this.in;
    if (!wasIn) this.#skipToKeyFrame(instantTicks);
    const { head } = this;
    const joins = head !== undefined && this.#joins(head, boundary);
    const bridge = joins ? null : this.#bridgeOver(boundary);
    this.#close(boundary.ticks, { repeat: !joins || head.keyFrame });
    this.#next = boundary.start.msn + 1;
    if (joins) {
      this.#queue.shift();
      this.#output.startSegment(boundary.start, { ticks: boundary.ticks, config: head.config });
      this.#begin(movedTo(head, boundary.ticks, { notBefore: !wasIn }), { segment: true });
    } else if (bridge) {
      this.#output.startSegment(boundary.start, { ticks: boundary.ticks, config: bridge.config });
      this.#begin(bridge);
      this.#continueFrom(bridge);
    } else {
      this.#gap = { boundary, fromTicks: Math.max(boundary.ticks, this.#output.endTicks) };
      this.#needsKeyFrame ||= head === undefined;
    }
    return true;
  }

  /**
   * Drops the frames before the last key frame that isn't later than the given time. If there is no
   * such key frame, drops the frames up to that time.
   */
  #skipToKeyFrame(ticks: number): void {
    const key = this.#queue.findLastIndex(
      (frame) =>
        frame.keyFrame &&
        frame.ticks <= ticks &&
        frame.ticks >= ticks - (frame.repeated ? 0 : MAX_CAUGHT_UP_TICKS),
    );
    if (key >= 0) this.#queue.splice(0, key);
    else while (this.head && this.head.ticks <= ticks) this.#queue.shift();
  }

  /** Whether the frame can start a segment at the boundary. */
  #joins(frame: Frame, { instantTicks, start }: Boundary): boolean {
    if (this.changesConfig(frame) && !start.discontinuity) return false;
    if (!this.in) return frame.keyFrame && frame.ticks <= instantTicks;
    if (frame.keyFrame) return frame.ticks === instantTicks;
    // The frame depends on frames already shown. Its capture time need not equal that of the other
    // layers exactly, because clocks may differ by some milliseconds, and encoders drop single
    // frames.
    return !start.discontinuity && frame.ticks - instantTicks < 2 * this.#intervalTicks;
  }

  /** Returns the key frame to start a segment with instead of a new one; null to leave a gap. */
  #bridgeOver({ ticks, start }: Boundary): Frame | null {
    const { head } = this;
    const key = this.#lastKey;
    if (!this.in || !key || start.discontinuity || this.#bridged >= MAX_BRIDGED) return null;
    // A discontinuity with the new configuration follows soon.
    if (head && this.changesConfig(head)) return null;
    return repeatedAt(key, ticks);
  }

  /** Continues after a repeated key frame: the next frame must be a key frame. */
  #continueFrom({ ticks }: Frame): void {
    this.#bridged += 1;
    while (this.head && !(this.head.keyFrame && this.head.ticks > ticks)) this.#queue.shift();
    if (this.head) return;
    this.#newestTicks = Math.max(this.#newestTicks, ticks);
    this.#needsKeyFrame = true;
    this.#repeats = true;
  }

  /** Writes everything, and ends the open segment or gap at `ticks`, or where its frames end. */
  finish(ticks: number): void {
    while (this.head) this.consume();
    const endTicks = this.#shown ? Math.max(ticks, this.#shown.ticks + MOMENT_TICKS) : ticks;
    this.#close(endTicks, { repeat: true });
    this.#needsKeyFrame = true;
  }

  end(): void {
    this.#output.end();
  }

  #begin(frame: Frame, { segment = false } = {}): void {
    if (frame.keyFrame && !frame.repeated) this.#noteKey(frame, segment);
    this.#shown = frame;
    if (frame.keyFrame) this.#lastKey = frame;
    if (frame.keyFrame && !frame.repeated) this.#bridged = 0;
  }

  #noteKey({ ticks }: Frame, beganSegment: boolean): void {
    this.#ownKeyTicks = ticks;
    this.#keysPassed = beganSegment ? 0 : this.#keysPassed + 1;
    if (beganSegment) this.#entryTicks = ticks;
  }

  /** Ends the open segment or gap. */
  #close(ticks: number, { repeat }: { repeat: boolean }): void {
    if (this.#shown) {
      this.#show(this.#shown, ticks, { repeat, last: true });
      this.#output.endSegment();
    } else if (this.#gap) {
      const { boundary, fromTicks } = this.#gap;
      this.#output.addGap(boundary.start, Math.max(1, ticks - fromTicks));
    }
    this.#shown = null;
    this.#gap = null;
  }

  /**
   * Writes a frame that is shown until `endTicks`. If that is a long time, the key frame is
   * repeated instead, part by part.
   */
  #show(frame: Frame, endTicks: number, { repeat = false, last = false }): void {
    const key = this.#lastKey;
    let shown = frame;
    if (key && repeat && (frame.repeated || endTicks - frame.ticks > MAX_SHOWN_TICKS))
      while (endTicks - shown.ticks > this.#partTicks) {
        const until = Math.min(shown.ticks + this.#partTicks, endTicks - MOMENT_TICKS);
        this.#write(shown, until, false);
        shown = repeatedAt(key, until);
      }
    // Two kinds of frames say nothing about the interval: those that are catching up, which are
    // shown for one tick, and repeated ones, which fill the remaining time.
    else if (endTicks - frame.ticks >= MOMENT_TICKS) this.#intervalTicks = endTicks - frame.ticks;
    this.#write(shown, endTicks, last);
  }

  #write(frame: Frame, endTicks: number, last: boolean): void {
    const { data, keyFrame, ticks, compositionTicks } = frame;
    const sample = { data, keyFrame, durationTicks: endTicks - ticks };
    this.#output.add(compositionTicks === undefined ? sample : { ...sample, compositionTicks }, {
      last,
    });
  }
}

/** Repeats a key frame at a time. It is shown when it is decoded. */
function repeatedAt({ compositionTicks, ...key }: Frame, ticks: number): Frame {
  const repeated = { ...key, ticks, repeated: true };
  return compositionTicks === undefined ? repeated : { ...repeated, compositionTicks: 0 };
}

/**
 * Moves a frame's decode time. A key frame is shown when it is decoded; another frame of a stream
 * with B-frames is still shown at its time. With `notBefore`, a frame that is too late is shown
 * when it is decoded, not before.
 */
function movedTo(frame: Frame, ticks: number, { notBefore = false } = {}): Frame {
  if (frame.ticks === ticks) return frame;
  const { compositionTicks } = frame;
  if (compositionTicks === undefined || frame.keyFrame) return { ...frame, ticks };
  const shownTicks = frame.ticks + compositionTicks;
  return {
    ...frame,
    ticks,
    compositionTicks: Math.max(shownTicks - ticks, notBefore ? 0 : -Infinity),
  };
}

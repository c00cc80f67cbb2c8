import type { Log } from '../../common/logger.js';
import { initSegment } from '../../media/mp4/init-segment.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { RenditionWriter, SegmentStart } from '../timeline/rendition-writer.js';
import type { AudioListener } from '../segmenter/segmenter-types.js';
import { AAC_CONFIG, AAC_FRAME_TICKS } from '../../media/codecs/aac-format.js';
import { AacSegments } from './aac-segments.js';
import type { AacStream, AacTaker } from '../../media/aac/aac-thread.js';
import { endOf, type Epoch, HeldSegment } from './held-segment.js';

/**
 * Whole segments that are kept while nobody wants AAC: the first listener's playlist begins with them. Players that are not
 * of low latency begin 15 to 20 s before the end (VLC 3), and would see that much without sound.
 */
const HELD_SEGMENTS = 10;
/** So many more while they are encoded, and while a failed encoder is replaced. */
const WAITING_SEGMENTS = 3;
/** A segment that ended with nothing after it (the publisher is gone) is encoded to its end after this. */
const QUIET_MS = 500;
/** Between an encoder's failure and the next one, growing with every failure in a row. */
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 8_000;

const HALF_FRAME = AAC_FRAME_TICKS / 2;

type Options = {
  writer: RenditionWriter;
  encoder: { open(fromTicks: number, taker: AacTaker): AacStream };
  partTargetS: number;
  log: Log;
};

/** An encoder at work on the segments of one epoch. */
type Encoding = {
  readonly stream: AacStream;
  readonly epoch: Epoch;
  /** Up to where it was fed, ticks. */
  fedTicks: number;
  finishing: boolean;
};

/**
 * The AAC rendition of a run: the Opus rendition's segments over again, made while somebody wants them.
 * Otherwise it keeps the newest ten segments' Opus, and those that fall out are gaps.
 *
 * Frames lie on a grid of 1024 ticks that begins with the first segment after a discontinuity, whenever
 * encoding starts, stops or fails: so timestamps never overlap, and a segment's first frame is at most
 * half a frame off its beginning.
 */
export class AacRendition implements AudioListener {
  /** Resolves when it has ended: after {@link end}, once what was wanted is written or can't be made. */
  readonly ended: Promise<void>;
  readonly #tellEnded: () => void;
  readonly #options: Options;
  readonly #out: AacSegments;
  readonly #log: Log;
  /** What is not written yet, oldest first; the newest may be still growing. */
  readonly #segments: HeldSegment[] = [];
  #epoch: Epoch | null = null;
  #encoding: Encoding | null = null;
  #wanted = false;
  #ended = false;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#tellEnded = resolve;
    this.#options = options;
    this.#log = options.log;
    this.#out = new AacSegments(options);
    options.writer.setInit({ bytes: initSegment(AAC_CONFIG), config: AAC_CONFIG });
  }

  /** Somebody asks for AAC: it is made from the oldest segment on that is still held. */
  want(): void {
    if (this.#wanted || this.#ended) return;
    this.#wanted = true;
    this.#pump();
  }

  /** Nobody asks for it any more: the segment at work is finished, then it rests. */
  unwant(): void {
    // Its last seconds are on their way.
    if (this.#ended) return;
    this.#wanted = false;
    const [oldest] = this.#segments;
    if (!oldest || !this.#out.hasBegun(oldest)) this.#rest();
  }

  startSegment(start: SegmentStart, baseTicks: number): void {
    clearTimeout(this.#quiet);
    this.#completeNewest();
    if (start.discontinuity || this.#epoch === null) this.#epoch = { anchorTicks: baseTicks };
    this.#segments.push(new HeldSegment(start, this.#epoch, baseTicks));
    this.#trim();
  }

  addPart(baseTicks: number, samples: readonly Sample[]): void {
    this.#segments.at(-1)?.add(baseTicks, samples);
    this.#pump();
  }

  endSegment(): void {
    this.#completeNewest();
    this.#quiet = setTimeout(() => this.#finishEncoding(), QUIET_MS).unref();
    this.#trim();
  }

  /** No more comes: what is wanted is encoded to its end, then the rendition ends. */
  end(): void {
    if (this.#ended) return;
    clearTimeout(this.#quiet);
    this.#completeNewest();
    this.#ended = true;
    if (this.#encoding === null) this.#giveUp();
    else this.#pump();
  }

  #completeNewest(): void {
    const newest = this.#segments.at(-1);
    if (newest) newest.complete = true;
  }

  #pump(): void {
    if (this.#encoding === null && this.#wanted && this.#retry === undefined) this.#open();
    const encoding = this.#encoding;
    if (encoding === null || encoding.finishing) return;
    for (const { epoch, parts } of this.#segments) {
      if (epoch !== encoding.epoch) continue;
      for (const part of parts) {
        if (part.baseTicks < encoding.fedTicks) continue;
        encoding.stream.feed(part);
        encoding.fedTicks = endOf(part);
      }
    }
    if (this.#ended || this.#segments.at(-1)?.epoch !== encoding.epoch) this.#finishEncoding();
  }

  #open(): void {
    const [segment] = this.#segments;
    if (!segment || segment.parts.length === 0) return;
    const fromTicks = this.#out.hasBegun(segment) ? this.#out.nextTicks : firstFrameOf(segment);
    // The part that holds the first frame's beginning, and the one before, so that the decoder runs in.
    const first = segment.parts.findLastIndex((part) => part.baseTicks <= fromTicks);
    const taker: AacTaker = {
      framesEncoded: (baseTicks, frames) => {
        for (const [index, frame] of frames.entries())
          this.#place(encoding, baseTicks + index * AAC_FRAME_TICKS, frame);
      },
      finished: () => this.#finished(encoding),
      failed: (reason) => this.#failed(encoding, reason),
    };
    const encoding: Encoding = {
      stream: this.#options.encoder.open(fromTicks, taker),
      epoch: segment.epoch,
      fedTicks: segment.parts[Math.max(0, first - 1)]?.baseTicks ?? segment.baseTicks,
      finishing: false,
    };
    this.#encoding = encoding;
  }

  #place(encoding: Encoding, frameTicks: number, data: Uint8Array): void {
    if (this.#encoding !== encoding || frameTicks >= encoding.fedTicks - HALF_FRAME) return;
    let [segment] = this.#segments;
    while (segment?.complete && frameTicks >= segment.endTicks - HALF_FRAME) {
      this.#write(segment);
      if (this.#encoding !== encoding) return;
      [segment] = this.#segments;
    }
    // Frames of a segment that was given up meanwhile belong to nothing.
    if (segment?.epoch !== encoding.epoch || frameTicks < segment.baseTicks - HALF_FRAME) return;
    this.#out.add(segment, frameTicks, data);
  }

  /** The oldest segment has all its frames. */
  #write(segment: HeldSegment): void {
    this.#segments.shift();
    this.#out.end(segment);
    this.#failures = 0;
    if (!this.#wanted && !this.#ended) this.#rest();
  }

  #finishEncoding(): void {
    const encoding = this.#encoding;
    if (encoding === null || encoding.finishing) return;
    encoding.finishing = true;
    encoding.stream.finish();
  }

  #finished(encoding: Encoding): void {
    if (this.#encoding !== encoding) return;
    let [segment] = this.#segments;
    while (
      segment?.complete &&
      segment.epoch === encoding.epoch &&
      segment.endTicks <= encoding.fedTicks
    ) {
      this.#write(segment);
      [segment] = this.#segments;
    }
    this.#encoding = null;
    this.#pump();
    if (this.#ended && this.#encoding === null) this.#giveUp();
  }

  #failed(encoding: Encoding, reason: string): void {
    if (this.#encoding !== encoding) return;
    this.#encoding = null;
    if (this.#ended) return this.#giveUp();
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#log.warn({ reason, delayMs }, 'AAC failed, and is started again');
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#pump();
    }, delayMs).unref();
  }

  #rest(): void {
    this.#encoding?.stream.close();
    this.#encoding = null;
    this.#trim();
  }

  /** Also while encoding: an encoder that can't follow loses the oldest. */
  #trim(): void {
    const atWork = this.#wanted || this.#encoding !== null;
    const max = HELD_SEGMENTS + (atWork ? WAITING_SEGMENTS : 0);
    const whole = this.#segments.filter(({ complete }) => complete).length;
    for (const segment of this.#segments.splice(0, Math.max(0, whole - max)))
      this.#out.end(segment);
  }

  /** What was not encoded by now will not be. */
  #giveUp(): void {
    clearTimeout(this.#retry);
    for (const segment of this.#segments.splice(0)) this.#out.end(segment);
    this.#options.writer.end();
    this.#tellEnded();
  }
}

/** The first frame on the epoch's grid that begins at most half a frame before the segment. */
function firstFrameOf({ epoch: { anchorTicks }, baseTicks }: HeldSegment): number {
  const frames = Math.ceil((baseTicks - HALF_FRAME - anchorTicks) / AAC_FRAME_TICKS);
  return anchorTicks + frames * AAC_FRAME_TICKS;
}

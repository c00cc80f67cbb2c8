import type { Log } from '../../common/logger.js';
import { initSegment } from '../../media/mp4/init-segment.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { RenditionWriter, SegmentStart } from '../timeline/rendition-writer.js';
import type { SampleListener } from '../segmenter/segmenter-types.js';
import { AAC_CONFIG, AAC_FRAME_TICKS } from '../../media/codecs/aac-format.js';
import { AacSegments } from './aac-segments.js';
import type { AacStream, AacTaker } from '../../media/aac/aac-thread.js';
import { endOf, type Epoch, HeldSegment } from './held-segment.js';

/**
 * The number of complete segments buffered while nobody plays AAC. The first listener's playlist
 * starts with them. Players without low-latency support, such as VLC 3, start 15 to 20 s before the
 * live edge and would be silent at first if fewer segments were buffered.
 */
const HELD_SEGMENTS = 10;
/**
 * The number of additional segments buffered while earlier ones are being encoded, or while a
 * failed encoder is being replaced.
 */
const WAITING_SEGMENTS = 3;
/**
 * How long to wait for the next segment before encoding the current one to its end. If the
 * publisher has left, no segment follows.
 */
const QUIET_MS = 500;
/**
 * The initial delay before a failed encoder is replaced; the delay grows with each consecutive
 * failure.
 */
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 8_000;

const HALF_FRAME = AAC_FRAME_TICKS / 2;

type Options = {
  writer: RenditionWriter;
  /** Receives the frames before muxing. */
  listener?: SampleListener;
  encoder: { open(fromTicks: number, taker: AacTaker): AacStream };
  partTargetS: number;
  log: Log;
};

/** An encoder working on the segments of one epoch. */
type Encoding = {
  readonly stream: AacStream;
  readonly epoch: Epoch;
  /** The end of the input fed so far, in ticks. */
  fedTicks: number;
  finishing: boolean;
};

/**
 * The AAC rendition of a run: the Opus rendition's segments, transcoded while someone plays it.
 * While nobody plays it, the Opus samples of the newest ten segments are buffered; segments evicted
 * from the buffer become gaps. Frames lie on a grid of 1024 ticks that starts with the first
 * segment after a discontinuity, regardless of when encoding starts, stops or fails. Timestamps
 * therefore never overlap, and a segment's first frame deviates from the segment's start by at most
 * half a frame.
 */
export class AacRendition implements SampleListener {
  /**
   * Resolves when the rendition has ended: after {@link end}, once the requested segments are
   * written or have failed.
   */
  readonly ended: Promise<void>;
  readonly #resolveEnded: () => void;
  readonly #options: Options;
  readonly #out: AacSegments;
  readonly #log: Log;
  /** Segments not yet written, oldest first; the newest may still be growing. */
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
    this.#resolveEnded = resolve;
    this.#options = options;
    this.#log = options.log;
    this.#out = new AacSegments(options);
    options.writer.setInit({ bytes: initSegment(AAC_CONFIG), config: AAC_CONFIG });
  }

  /** Starts encoding, beginning with the oldest buffered segment. */
  want(): void {
    if (this.#wanted || this.#ended) return;
    this.#wanted = true;
    this.#pump();
  }

  /** Stops encoding after the current segment. */
  unwant(): void {
    // After the input has ended, the remaining segments are still encoded.
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

  /** Ends the input: encodes the requested segments to their end, then ends the rendition. */
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
    // Start one part before the one that contains the first frame, so that the decoder has
    // converged.
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
    // Ignore frames of a segment that was abandoned in the meantime.
    if (segment?.epoch !== encoding.epoch || frameTicks < segment.baseTicks - HALF_FRAME) return;
    this.#out.add(segment, frameTicks, data);
  }

  /** Writes the oldest segment, once all its frames have been encoded. */
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
    this.#log.warn({ reason, delayMs }, 'the AAC encoder failed; restarting');
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

  /**
   * Turns the oldest segments beyond the limit into gaps. During encoding, this happens if the
   * encoder cannot keep up.
   */
  #trim(): void {
    const atWork = this.#wanted || this.#encoding !== null;
    const max = HELD_SEGMENTS + (atWork ? WAITING_SEGMENTS : 0);
    const whole = this.#segments.filter(({ complete }) => complete).length;
    for (const segment of this.#segments.splice(0, Math.max(0, whole - max)))
      this.#out.end(segment);
  }

  /** Abandons everything that isn't encoded yet. */
  #giveUp(): void {
    clearTimeout(this.#retry);
    for (const segment of this.#segments.splice(0)) this.#out.end(segment);
    this.#options.writer.end();
    this.#resolveEnded();
  }
}

/**
 * Returns the first frame on the epoch's grid that starts no more than half a frame before the
 * segment.
 */
function firstFrameOf({ epoch: { anchorTicks }, baseTicks }: HeldSegment): number {
  const frames = Math.ceil((baseTicks - HALF_FRAME - anchorTicks) / AAC_FRAME_TICKS);
  return anchorTicks + frames * AAC_FRAME_TICKS;
}

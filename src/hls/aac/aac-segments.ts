import { AUDIO_TIMESCALE } from '../../media/codecs/codec-config.js';
import { fragment } from '../../media/mp4/fragment.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { SampleListener } from '../segmenter/segmenter-types.js';
import type { RenditionWriter, SegmentStart } from '../timeline/rendition-writer.js';
import { AAC_FRAME_TICKS } from '../../media/codecs/aac-format.js';

/** The properties of a segment that are needed here. */
type Segment = Readonly<{ start: SegmentStart; baseTicks: number; endTicks: number }>;

type Options = {
  writer: RenditionWriter;
  listener?: SampleListener;
  /** The maximum duration of a part, in seconds. */
  partTargetS: number;
};

/**
 * Writes AAC frames as segments of parts. A part holds as many whole frames as fit into the target;
 * a segment's last part holds the remainder.
 */
export class AacSegments {
  readonly #options: Options;
  readonly #partFrames: number;
  #open: Segment | null = null;
  #samples: Sample[] = [];
  #partTicks = 0;
  #sequence = 0;

  constructor(options: Options) {
    this.#options = options;
    const frames = (options.partTargetS * AUDIO_TIMESCALE) / AAC_FRAME_TICKS;
    this.#partFrames = Math.max(1, Math.floor(frames));
  }

  /** Whether any frame of the segment has been written. */
  hasBegun(segment: Segment): boolean {
    return this.#open?.start.msn === segment.start.msn;
  }

  /** The start of the next frame, in ticks. */
  get nextTicks(): number {
    return this.#partTicks + this.#samples.length * AAC_FRAME_TICKS;
  }

  /** Adds a segment's next frame; the first one opens the segment. Frames are contiguous. */
  add(segment: Segment, frameTicks: number, data: Uint8Array): void {
    if (!this.hasBegun(segment)) {
      this.#open = segment;
      this.#partTicks = frameTicks;
      const lateMs = ((frameTicks - segment.baseTicks) / AUDIO_TIMESCALE) * 1_000;
      const { start } = segment;
      const { writer, listener } = this.#options;
      const late = { ...start, wallMs: start.wallMs + lateMs };
      writer.startSegment(late);
      listener?.startSegment(late, frameTicks);
    }
    this.#samples.push({ data, durationTicks: AAC_FRAME_TICKS, keyFrame: true });
    if (this.#samples.length === this.#partFrames) this.#writePart();
  }

  /** Ends the segment. If the segment has no frames, it becomes a gap. */
  end(segment: Segment): void {
    if (!this.hasBegun(segment)) {
      const durationS = (segment.endTicks - segment.baseTicks) / AUDIO_TIMESCALE;
      this.#options.writer.addGap({ ...segment.start, durationS });
      return;
    }
    if (this.#samples.length > 0) this.#writePart();
    this.#open = null;
    this.#options.writer.endSegment();
    this.#options.listener?.endSegment();
  }

  #writePart(): void {
    const samples = this.#samples;
    this.#samples = [];
    this.#sequence += 1;
    const baseTicks = this.#partTicks;
    this.#partTicks += samples.length * AAC_FRAME_TICKS;
    this.#options.writer.addPart({
      bytes: fragment({ sequence: this.#sequence, baseTicks, samples }),
      durationS: (samples.length * AAC_FRAME_TICKS) / AUDIO_TIMESCALE,
      frames: samples.length,
      independent: true,
    });
    this.#options.listener?.addPart(baseTicks, samples);
  }
}

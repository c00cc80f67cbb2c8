import { VIDEO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { MadePicture } from '../../transcode/h264-transcoder.js';
import { RenditionOutput } from '../timeline/rendition-output.js';
import type { RenditionWriter } from '../timeline/rendition-writer.js';
import type { HeldPictures } from './held-pictures.js';

/** A writer that can turn its open segment into a gap. */
export type AbandoningWriter = RenditionWriter & {
  /** Ends the open segment as a gap of this duration. */
  abandonSegment(durationS: number): void;
};

type Options = Readonly<{ writer: AbandoningWriter; partS: number }>;

/**
 * Writes the transcoded frames of one rendition, in the same segments as the source. A segment
 * begins with a key frame, or with the frame that directly follows the previous segment's last one.
 * If any of a segment's frames are missing, it becomes a gap, during which players use another
 * rendition.
 */
export class LadderRendition {
  readonly #writer: AbandoningWriter;
  readonly #output: RenditionOutput;
  /** The segments not yet written, oldest first. */
  readonly #segments: HeldPictures[] = [];
  /**
   * The state of the oldest segment. `empty`: nothing was written. `lost`: it can't be completed.
   */
  #state: 'empty' | 'open' | 'lost' = 'empty';
  /** The newest frame, whose end isn't known yet. */
  #shown: { picture: MadePicture; ticks: number } | null = null;
  /** Whether the next frame may depend on the ones written so far. */
  #continues = false;

  constructor({ writer, partS }: Options) {
    this.#writer = writer;
    this.#output = new RenditionOutput({ writer, timescale: VIDEO_TIMESCALE, partS });
  }

  /** Whether the segment is still waiting to be written, and none of its frames have been. */
  hasNotBegun(segment: HeldPictures): boolean {
    const at = this.#segments.indexOf(segment);
    return at > 0 || (at === 0 && this.#state === 'empty');
  }

  /** Whether the segment has been written or has become a gap. */
  hasPassed(segment: HeldPictures): boolean {
    return !this.#segments.includes(segment);
  }

  addSegment(segment: HeldPictures): void {
    this.#segments.push(segment);
  }

  /** Adds the next frame. */
  push(picture: MadePicture): void {
    while (this.#segments[1] && picture.shownTicks >= this.#segments[1].baseTicks) this.#close();
    const [segment] = this.#segments;
    if (!segment || picture.shownTicks < segment.baseTicks || this.#state === 'lost') return;
    if (this.#state === 'open') return this.#show(picture);
    if (!picture.keyFrame && !this.#continues) return;
    this.#state = 'open';
    this.#output.startSegment(segment.start, {
      ticks: segment.baseTicks,
      config: picture.config,
    });
    this.#shown = { picture, ticks: segment.baseTicks };
  }

  /** Records that frames after the newest one are missing. */
  lose(): void {
    this.#continues = false;
    if (this.#state === 'open') this.#state = 'lost';
    this.#shown = null;
  }

  /** Ends the leading complete segments, for which no more frames follow. */
  passComplete(): void {
    while (this.#segments[0]?.complete) this.#close();
  }

  /** Ends one segment, if it is the oldest. */
  pass(segment: HeldPictures): void {
    if (this.#segments[0] === segment) this.#close();
  }

  end(): void {
    this.passComplete();
    this.#output.end();
  }

  #show(picture: MadePicture): void {
    if (!this.#shown) return;
    const ticks = Math.max(this.#shown.ticks + 1, picture.shownTicks);
    this.#write(ticks);
    this.#shown = { picture, ticks };
  }

  #write(endTicks: number, { last = false } = {}): void {
    if (!this.#shown) return;
    const { picture, ticks } = this.#shown;
    const { data, keyFrame } = picture;
    const durationTicks = Math.max(1, endTicks - ticks);
    this.#output.add({ data, keyFrame, durationTicks }, { last });
  }

  /** Ends the oldest segment where the source's segment ends. */
  #close(): void {
    const segment = this.#segments.shift();
    if (!segment) return;
    const durationTicks = Math.max(1, segment.endTicks - segment.baseTicks);
    if (this.#state === 'open') {
      this.#write(segment.endTicks, { last: true });
      this.#output.endSegment();
    } else if (this.#state === 'lost') {
      this.#output.forgetSegment();
      this.#writer.abandonSegment(durationTicks / VIDEO_TIMESCALE);
    } else this.#output.addGap(segment.start, durationTicks);
    this.#continues = this.#state === 'open';
    this.#state = 'empty';
    this.#shown = null;
  }
}

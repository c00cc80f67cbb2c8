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
 * Writes the pictures that were made for one rendition, in the segments of the source. A segment
 * begins with a key frame, or with the picture that follows the one before. A segment whose
 * pictures are incomplete becomes a gap, in which players use another rendition.
 */
export class LadderRendition {
  readonly #writer: AbandoningWriter;
  readonly #output: RenditionOutput;
  /** The segments not yet written, oldest first. */
  readonly #segments: HeldPictures[] = [];
  /** `empty`: nothing was written. `lost`: the oldest segment can't be completed. */
  #state: 'empty' | 'open' | 'lost' = 'empty';
  /** The newest picture, whose end isn't known. */
  #shown: { picture: MadePicture; ticks: number } | null = null;
  /** Whether the next picture may depend on the ones written so far. */
  #continues = false;

  constructor({ writer, partS }: Options) {
    this.#writer = writer;
    this.#output = new RenditionOutput({ writer, timescale: VIDEO_TIMESCALE, partS });
  }

  /** Whether the segment still needs pictures, none of which has been written. */
  hasNotBegun(segment: HeldPictures): boolean {
    const at = this.#segments.indexOf(segment);
    return at > 0 || (at === 0 && this.#state === 'empty');
  }

  /** Whether the segment was written, or has become a gap. */
  hasPassed(segment: HeldPictures): boolean {
    return !this.#segments.includes(segment);
  }

  addSegment(segment: HeldPictures): void {
    this.#segments.push(segment);
  }

  /** Adds the next picture. */
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

  /** Reports that pictures after the newest one are missing. */
  lose(): void {
    this.#continues = false;
    if (this.#state === 'open') this.#state = 'lost';
    this.#shown = null;
  }

  /** Ends the segments of which no more pictures follow: the first complete ones. */
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

  /** Ends the oldest segment where the source's ends. */
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

import { type CodecConfig, timescaleOf, VIDEO_TIMESCALE } from '../../media/codecs/codec-config.js';
import { fragment } from '../../media/mp4/fragment.js';
import { initSegment } from '../../media/mp4/init-segment.js';
import { parameterSetsIn } from '../../media/mp4/parameter-sets.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { RenditionWriter, SegmentStart } from './rendition-writer.js';
import { PartBuilder, type SampleGroup } from './part-builder.js';
import { sameConfig } from '../../media/codecs/same-config.js';

/** Receives the samples of a rendition's parts before muxing; see `SampleListener`. */
type Listener = Readonly<{
  startSegment(start: SegmentStart, baseTicks: number): void;
  addPart(baseTicks: number, samples: readonly Sample[]): void;
  addGap?(start: SegmentStart, durationTicks: number): void;
  endSegment(): void;
  end(): void;
}>;

type Options = Readonly<{
  writer: RenditionWriter;
  listener?: Listener | null | undefined;
  timescale: number;
  partS: number;
}>;

/** Writes one rendition's samples as MP4 fragments, part by part. */
export class RenditionOutput {
  readonly #writer: RenditionWriter;
  readonly #listener: Listener | null;
  readonly #timescale: number;
  readonly #parts: PartBuilder;
  #config: CodecConfig | null = null;
  /** The bytes to prepend to key frames; null if there are none. */
  #beforeKeys: Uint8Array | null = null;
  #sequence = 0;
  #open = false;

  constructor({ writer, listener = null, timescale, partS }: Options) {
    this.#writer = writer;
    this.#listener = listener;
    this.#timescale = timescale;
    const elastic = timescale === VIDEO_TIMESCALE;
    this.#parts = new PartBuilder({
      timescale,
      partS,
      elastic,
      onPart: (part) => this.#write(part),
    });
  }

  /** The configuration of the samples being written; null before the first sample. */
  get config(): CodecConfig | null {
    return this.#config;
  }

  /** The start of the next sample. */
  get endTicks(): number {
    return this.#parts.endTicks;
  }

  /** Whether a segment is open. */
  get open(): boolean {
    return this.#open;
  }

  startSegment(
    start: SegmentStart,
    { ticks, config }: { ticks: number; config: CodecConfig },
  ): void {
    if (this.#config === null || !sameConfig(this.#config, config)) {
      if (timescaleOf(config) !== this.#timescale)
        throw new Error(`${config.codecs} does not belong in this rendition`);
      this.#config = config;
      this.#beforeKeys = config.codec === 'h264' ? parameterSetsIn(config.record) : null;
      this.#writer.setInit({ bytes: initSegment(config), config });
    }
    this.#open = true;
    this.#parts.begin(ticks);
    this.#writer.startSegment(start);
    this.#listener?.startSegment(start, ticks);
  }

  /**
   * Adds the next sample. `last` means that it ends the segment. H.264 parameter sets are also
   * written in band before each key frame, because FFmpeg ignores a second EXT-X-MAP and would
   * decode a frame of a different size with the first parameter sets.
   */
  add(sample: Sample, { last = false } = {}): void {
    const before = sample.keyFrame ? this.#beforeKeys : null;
    const written = before ? { ...sample, data: Buffer.concat([before, sample.data]) } : sample;
    this.#parts.add(written, { last });
  }

  endSegment(): void {
    if (!this.#open) return;
    this.#parts.flush();
    this.#open = false;
    this.#writer.endSegment();
    this.#listener?.endSegment();
  }

  /** Forgets the open segment. Its writer has to end it. */
  forgetSegment(): void {
    this.#open = false;
  }

  addGap(start: SegmentStart, durationTicks: number): void {
    this.#writer.addGap({ ...start, durationS: durationTicks / this.#timescale });
    this.#listener?.addGap?.(start, durationTicks);
  }

  end(): void {
    this.endSegment();
    this.#writer.end();
    this.#listener?.end();
  }

  #write({ baseTicks, durationTicks, samples }: SampleGroup): void {
    this.#sequence++;
    this.#writer.addPart({
      bytes: fragment({ sequence: this.#sequence, baseTicks, samples }),
      durationS: durationTicks / this.#timescale,
      frames: samples.length,
      independent: samples[0]?.keyFrame ?? false,
    });
    this.#listener?.addPart(baseTicks, samples);
  }
}

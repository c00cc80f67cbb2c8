import type { VideoConfig } from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { SourcePicture } from '../../transcode/h264-transcoder.js';
import type { SegmentStart } from '../timeline/rendition-writer.js';

type About = Pick<HeldPictures, 'start' | 'stretch' | 'baseTicks' | 'config'>;

/** The source's frames in one segment, held until they have been transcoded. */
export class HeldPictures {
  readonly start: SegmentStart;
  /** The number of the segment's stretch. An encoder works on one stretch only. */
  readonly stretch: number;
  readonly baseTicks: number;
  /** Null if the segment is a gap. */
  readonly config: VideoConfig | null;
  readonly pictures: SourcePicture[] = [];
  /** The end of the frames received so far. */
  endTicks: number;
  /** Whether the whole segment has been received. */
  complete = false;
  #bytes = 0;

  constructor({ start, stretch, baseTicks, config }: About) {
    this.start = start;
    this.stretch = stretch;
    this.baseTicks = baseTicks;
    this.config = config;
    this.endTicks = baseTicks;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  add(baseTicks: number, samples: readonly Sample[]): void {
    let decodeTicks = baseTicks;
    for (const { data, keyFrame, durationTicks, compositionTicks = 0 } of samples) {
      const shownTicks = decodeTicks + compositionTicks;
      this.pictures.push({ data, keyFrame, decodeTicks, shownTicks });
      this.#bytes += data.length;
      decodeTicks += durationTicks;
    }
    this.endTicks = decodeTicks;
  }
}

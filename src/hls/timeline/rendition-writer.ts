import type { CodecConfig } from '../../media/codecs/codec-config.js';

/** One part as it was written. */
export type WrittenPart = Readonly<{
  /** `moof` and `mdat`. */
  bytes: Uint8Array;
  durationS: number;
  /** Samples in it. */
  frames: number;
  /** Begins with a key frame. Sound always does. */
  independent: boolean;
}>;

/** The beginning of a segment. Segments of all renditions of a run have the same numbers and begin together. */
export type SegmentStart = Readonly<{
  /** The media sequence number: 0, 1, 2, … without gaps. */
  msn: number;
  /** The capture time of its start by the server's clock, milliseconds since 1970. */
  wallMs: number;
  /**
   * Whether the timestamps or the codec configuration are not continuous with the previous segment.
   */
  discontinuity: boolean;
}>;

/** Where the segmenter writes one rendition to. Calls come in order: init, then segments of parts. */
export interface RenditionWriter {
  /** The initialization section of all segments that start from now on. */
  setInit(init: { bytes: Uint8Array; config: CodecConfig }): void;
  startSegment(start: SegmentStart): void;
  addPart(part: WrittenPart): void;
  /** The segment is complete. */
  endSegment(): void;
  /** Adds a segment without media: the layer was not sent, or did not begin with the others. */
  addGap(gap: SegmentStart & { durationS: number }): void;
  /** No more segments come. */
  end(): void;
}

/** The renditions of a run that can be written; video by layer (0 is the lowest). */
export type RenditionId = `video-${number}` | 'opus' | 'aac';

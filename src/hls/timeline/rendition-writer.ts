import type { CodecConfig } from '../../media/codecs/codec-config.js';

/** A written part. */
export type WrittenPart = Readonly<{
  /** The `moof` and `mdat` boxes. */
  bytes: Uint8Array;
  durationS: number;
  /** The number of samples. */
  frames: number;
  /** Whether the part begins with a key frame; always true for audio. */
  independent: boolean;
}>;

/**
 * The start of a segment. All renditions of a run use the same segment numbers and start each
 * segment together.
 */
export type SegmentStart = Readonly<{
  /** The media sequence number: 0, 1, 2, … without gaps. */
  msn: number;
  /** The capture time of the segment's start on the server's clock, in milliseconds since 1970. */
  wallMs: number;
  /**
   * Whether the timestamps or the codec configuration are not continuous with the previous segment.
   */
  discontinuity: boolean;
}>;

/**
 * Receives one rendition from the segmenter. Calls are made in order: first the initialization
 * section, then the segments, part by part.
 */
export interface RenditionWriter {
  /** Sets the initialization section of all following segments. */
  setInit(init: { bytes: Uint8Array; config: CodecConfig }): void;
  startSegment(start: SegmentStart): void;
  addPart(part: WrittenPart): void;
  /** Completes the segment. */
  endSegment(): void;
  /**
   * Adds a segment without media, because the layer was not sent or did not start with the others.
   */
  addGap(gap: SegmentStart & { durationS: number }): void;
  /** Ends the rendition. */
  end(): void;
}

/** The renditions of a run; video by layer (0 is the lowest). */
export type RenditionId = `video-${number}` | 'opus' | 'aac';

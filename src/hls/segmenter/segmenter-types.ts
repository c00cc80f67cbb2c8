import type { Sample } from '../../media/mp4/sample.js';
import type { RenditionId, RenditionWriter, SegmentStart } from '../timeline/rendition-writer.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';

/** What of a run never changes. */
export type RunSpec = Readonly<{
  /** Layers of video, `video-0` … ; 0: sound only. */
  videoLayers: number;
  audio: boolean;
}>;

/** A set of renditions with the same segments. */
export interface RunWriter {
  /** Asked for once for each rendition of the {@link RunSpec}, before anything is written. */
  rendition(id: RenditionId): RenditionWriter;
  /** Gets the sound before it is muxed, to make AAC of it. */
  readonly audioListener: AudioListener | null;
  /** Called after the ends of all its renditions and of the {@link audioListener}. */
  end(): void;
}

/** Takes a run's sound as its `opus` rendition has it: the same segments, the same parts. */
export interface AudioListener {
  /** @param baseTicks where it begins on the run's timeline, 48 kHz */
  startSegment(start: SegmentStart, baseTicks: number): void;
  addPart(baseTicks: number, samples: readonly Sample[]): void;
  endSegment(): void;
  end(): void;
}

/** What a segmenter is told about one track of the publisher's. */
export interface TrackInput {
  /** Takes the next unit of a layer, in the order of decoding. */
  push(layer: number, unit: AccessUnit): void;
  /** Takes an RTCP sender report: at `ntpMs`, publisher's clock, the layer's RTP clock showed `rtpTime`. */
  report(layer: number, report: { ntpMs: number; rtpTime: number }): void;
  /** Muted, or camera off, by the publisher's wish. */
  setPaused(paused: boolean): void;
  /** The track is gone. Safe to call twice; what comes after it is ignored. */
  close(): void;
}

export type SegmenterOptions = Readonly<{
  /** How long segments are to be. EXT-X-TARGETDURATION is {@link targetDurationS} of it. */
  segmentS: number;
  /** EXT-X-PART-INF's PART-TARGET, to the digit: no part is longer unless a single frame is. */
  partS: number;
  /** A new set of renditions; the one before has been ended. */
  openRun(spec: RunSpec): RunWriter;
  /** Asks the publisher for a key frame on all layers of the video track. Called as often as wanted. */
  requestKeyFrame(): void;
}>;

/** EXT-X-TARGETDURATION for segments that are to be so long; none is longer. */
export const targetDurationS = (segmentS: number): number => Math.ceil(segmentS) + 1;

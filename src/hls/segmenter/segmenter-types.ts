import type { AudioConfig } from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { RenditionId, RenditionWriter, SegmentStart } from '../timeline/rendition-writer.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import type { VideoConfig } from '../../media/codecs/codec-config.js';

/** The fixed properties of a run. */
export type RunSpec = Readonly<{
  /** The number of video layers, named `video-0` and so on; 0 for audio only. */
  videoLayers: number;
  /** The audio configuration, which can't change within a run; null without audio. */
  audio: AudioConfig | null;
}>;

/** A set of renditions with the same segments. */
export interface RunWriter {
  /** Called once for each rendition of the {@link RunSpec}, before anything is written. */
  rendition(id: RenditionId): RenditionWriter;
  /** Receives the audio before muxing: AAC, or Opus for transcoding to AAC. */
  readonly audioListener: SampleListener | null;
  /** Receives the highest video layer before muxing; absent if nothing needs it. */
  readonly videoListener?: SampleListener;
  /** Called when all renditions and the {@link audioListener} have ended. */
  end(): void;
}

/** Receives a rendition's samples before muxing, in the same segments and parts. */
export interface SampleListener {
  /** @param baseTicks the segment's start on the run's timeline, in ticks of the rendition */
  startSegment(start: SegmentStart, baseTicks: number): void;
  addPart(baseTicks: number, samples: readonly Sample[]): void;
  /** Called for a segment without media, instead of the other three methods. */
  addGap?(start: SegmentStart, durationTicks: number): void;
  endSegment(): void;
  end(): void;
}

/** The input of a segmenter for one track of the publisher. */
export interface TrackInput {
  /** Adds the next unit of a layer, in decoding order. */
  push(layer: number, unit: AccessUnit): void;
  /**
   * Adds an RTCP sender report: when the publisher's clock showed `ntpMs`, the layer's RTP clock
   * showed `rtpTime`.
   */
  report(layer: number, report: { ntpMs: number; rtpTime: number }): void;
  /** Sets whether the publisher has muted the track or turned the camera off. */
  setPaused(paused: boolean): void;
  /** Removes the track; later input is ignored. Safe to call twice. */
  close(): void;
}

export type SegmenterOptions = Readonly<{
  /**
   * The intended segment duration; `targetDurationS` derives EXT-X-TARGETDURATION from it.
   */
  segmentS: number;
  /**
   * The PART-TARGET of EXT-X-PART-INF, exactly as written in the playlists. Only a part that
   * consists of a single frame can be longer.
   */
  partS: number;
  /**
   * Opens a new set of renditions, after the previous one has ended.
   * @param video the first configuration of its highest video layer; null if there is no video yet
   */
  openRun(spec: RunSpec, video: VideoConfig | null): RunWriter;
  /** Requests a key frame on all layers of the video track. May be called as often as needed. */
  requestKeyFrame(): void;
}>;

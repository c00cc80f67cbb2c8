import {
  AUDIO_TIMESCALE,
  type AudioConfig,
  VIDEO_TIMESCALE,
} from '../../media/codecs/codec-config.js';
import { OPUS_CONFIG } from '../../media/rtp/opus-depacketizer.js';
import { LayerTimes } from './layer-times.js';
import type { LayerUnit, Timing } from './layer-unit.js';
import { type PublisherClock, TrackClock } from '../timeline/track-clock.js';

export type TrackKind = 'audio' | 'video';

export type AddedTrack = Readonly<{
  kind: TrackKind;
  layerCount: number;
  /** An audio track's configuration, which never changes; Opus if absent. */
  audio?: AudioConfig | undefined;
}>;

/** One of the publisher's tracks, while it exists. */
export class Track {
  readonly kind: TrackKind;
  readonly layerCount: number;
  /** The audio configuration; null for video. */
  readonly audio: AudioConfig | null;
  readonly clock: TrackClock;
  paused = false;
  closed = false;
  readonly #times: readonly LayerTimes<TrackUnit>[];

  constructor(track: AddedTrack, publisher: PublisherClock) {
    this.kind = track.kind;
    this.audio = track.kind === 'audio' ? (track.audio ?? OPUS_CONFIG) : null;
    this.layerCount = track.layerCount;
    this.clock = new TrackClock({
      ticksPerMs: (track.kind === 'video' ? VIDEO_TIMESCALE : AUDIO_TIMESCALE) / 1_000,
      layerCount: track.layerCount,
      publisher,
    });
    this.#times = Array.from({ length: track.layerCount }, () => new LayerTimes(this.clock));
  }

  /** Assigns a time to the layer's next unit; see {@link LayerTimes.push}. */
  time(unit: TrackUnit, wayMs: number | null): TimedUnit[] {
    return this.#times[unit.layer]?.push(unit, wayMs) ?? [];
  }

  /** Discards all reports and ignores later ones, because they contradict those of other tracks. */
  distrustReports(): void {
    this.clock.distrust();
    for (const times of this.#times) times.clear();
  }

  /** Whether media is expected from the track. */
  get sends(): boolean {
    return !this.closed && !this.paused;
  }
}

/** A unit and its track. */
export type TrackUnit = LayerUnit & Readonly<{ track: Track }>;

/** A unit with its time. */
export type TimedUnit = TrackUnit & Timing;

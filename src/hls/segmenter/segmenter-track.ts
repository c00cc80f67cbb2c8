import { AUDIO_TIMESCALE, VIDEO_TIMESCALE } from '../mp4/codec-config.js';
import type { AccessUnit } from '../rtp/access-unit.js';
import { opusDurationTicks } from '../rtp/opus-depacketizer.js';
import { type ArrivedUnit, type PublisherClock, TrackClock } from '../timeline/track-clock.js';

export type TrackKind = 'audio' | 'video';

/** One track of the publisher's, as long as it is there. */
export class Track {
  readonly kind: TrackKind;
  readonly layerCount: number;
  readonly clock: TrackClock;
  paused = false;
  closed = false;

  constructor(track: { kind: TrackKind; layerCount: number }, publisher: PublisherClock) {
    this.kind = track.kind;
    this.layerCount = track.layerCount;
    this.clock = new TrackClock({
      ticksPerMs: (track.kind === 'video' ? VIDEO_TIMESCALE : AUDIO_TIMESCALE) / 1_000,
      layerCount: track.layerCount,
      publisher,
    });
  }

  /** Whether something is to be expected of it. */
  get sends(): boolean {
    return !this.closed && !this.paused;
  }
}

/** A unit and where it came from. */
export type TrackUnit = Readonly<{ track: Track; layer: number; unit: AccessUnit }>;

/** What its track's clock has to know of a unit; a packet of sound is sent after its last sample only. */
export function arrivalOf({ layer, unit }: Omit<TrackUnit, 'track'>): ArrivedUnit {
  const { rtpTime, keyFrame, config, data, arrivedMs } = unit;
  const ticks = config.kind === 'audio' ? (opusDurationTicks(data) ?? 0) : 0;
  return { layer, rtpTime, keyFrame, arrivedMs: arrivedMs - (ticks * 1_000) / AUDIO_TIMESCALE };
}

/** A unit with its time of capture by the publisher's clock, in ticks of its track since 1970. */
export type TimedUnit = TrackUnit & Readonly<{ captureTicks: number }>;

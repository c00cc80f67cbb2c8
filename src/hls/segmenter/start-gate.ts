import { AUDIO_TIMESCALE, VIDEO_TIMESCALE } from '../../media/codecs/codec-config.js';
import type { AccessUnit } from '../../media/codecs/access-unit.js';
import { arrivalOf } from './layer-unit.js';
import type { TimedUnit, Track, TrackUnit } from './track.js';

/** Longer than 5 s, the interval at which Chromium sends audio reports. */
const MAX_WAIT_MS = 6_000;
/** Long enough for all tracks to be added, which happens one after another. */
const MIN_WAIT_MS = 500;
/** Six seconds at 40 Mb/s. Beyond this size, the gate opens. */
const MAX_BYTES = 32 * 1_048_576;
/**
 * Audio and video share a connection. A larger difference between their transit delays means that
 * their clocks differ.
 */
const CONTRADICTION_MS = 3_000;
/**
 * If the layers' first key frames are this close together, all layers start with the last of them.
 */
const ONE_START_TICKS = 1 * VIDEO_TIMESCALE;
/** How much media may be dropped at the start to wait for more layers. Others join the run later. */
const DROPPED_MAX_TICKS = 2 * VIDEO_TIMESCALE;

/** Holds units until the tracks' clocks can be related and the starting point is known. */
export class StartGate {
  #units: TrackUnit[] = [];
  #bytes = 0;
  #firstMs: number | null = null;

  add(unit: TrackUnit): void {
    this.#firstMs ??= unit.unit.arrivedMs;
    this.#bytes += unit.unit.data.length;
    this.#units.push(unit);
    unit.track.clock.preview(unit.layer, unit.unit.rtpTime);
  }

  /** Discards everything. */
  clear(): void {
    this.#units = [];
    this.#bytes = 0;
    this.#firstMs = null;
  }

  /**
   * Whether everything needed to start has arrived, or the maximum wait or size has been reached.
   */
  isDue(tracks: readonly Track[], nowMs: number): boolean {
    if (this.#firstMs === null) return false;
    const waitedMs = nowMs - this.#firstMs;
    if (waitedMs >= MAX_WAIT_MS || this.#bytes >= MAX_BYTES) return true;
    const awaited = tracks.some(
      (track) => track.sends && !(track.clock.ready && this.#canStart(track)),
    );
    return waitedMs >= MIN_WAIT_MS && !awaited;
  }

  /** Returns all units with their times, in order of arrival, and resets the gate. */
  open(): TimedUnit[] {
    const units = this.#units;
    this.clear();
    const tracks = [...new Set(units.map(({ track }) => track))];
    const timed = timeUnits(units, tracks);
    const delays = tracks.flatMap(({ clock }) => clock.delayMs ?? []);
    if (Math.max(...delays) - Math.min(...delays) < CONTRADICTION_MS) return timed;
    // RFC 3550 6.4.1 lets a sender use any clock, but requires the same one for all its tracks.
    for (const track of tracks) track.distrustReports();
    return timeUnits(units, tracks);
  }

  #canStart(track: Track): boolean {
    return this.#units.some((unit) => unit.track === track && unit.unit.keyFrame);
  }
}

function timeUnits(units: readonly TrackUnit[], tracks: readonly Track[]): TimedUnit[] {
  const timed = new Map<AccessUnit, TimedUnit>();
  // Tracks with reports come first, because the others get their transit delay.
  for (const track of tracks.toSorted(
    (a, b) => Number(b.clock.reported) - Number(a.clock.reported),
  )) {
    const own = units.filter((unit) => unit.track === track);
    const wayMs = usualWayMs(tracks);
    if (!track.clock.reported) track.clock.anchorByArrival(own.map(arrivalOf), wayMs ?? 0);
    for (const unit of own)
      for (const each of track.time(unit, track.clock.reported ? null : wayMs))
        timed.set(each.unit, each);
  }
  return units.flatMap(({ unit }) => timed.get(unit) ?? []);
}

/** Returns the shortest delay from capture to arrival, according to a track with reports. */
function usualWayMs(tracks: readonly Track[]): number | null {
  const known = tracks.filter(({ clock }) => clock.reported);
  return known.map(({ clock }) => clock.delayMs).find((delayMs) => delayMs !== null) ?? null;
}

/**
 * Returns the starting time: the time within two seconds of the first key frame at which the most
 * layers can begin, the earliest if there are several or, without video, the time of the first
 * audio. The result is in 90 kHz ticks since 1970 on the publisher's clock; null if nothing can
 * begin.
 */
export function startTicks(units: readonly TimedUnit[]): number | null {
  const allKeys = units.filter(({ track, unit }) => track.kind === 'video' && unit.keyFrame);
  const firstTicks = Math.min(...allKeys.map(({ captureTicks }) => captureTicks));
  const keys = allKeys.filter(({ captureTicks }) => captureTicks - firstTicks <= DROPPED_MAX_TICKS);
  const beginAt = (ticks: number): number =>
    new Set(
      keys
        .filter(({ captureTicks: at }) => at <= ticks && at > ticks - ONE_START_TICKS)
        .map(({ layer }) => layer),
    ).size;
  const places = [...new Set(keys.map(({ captureTicks }) => captureTicks))].map((ticks) => ({
    ticks,
    layers: beginAt(ticks),
  }));
  const most = Math.max(...places.map(({ layers }) => layers));
  const full = places.filter(({ layers }) => layers === most).map(({ ticks }) => ticks);
  if (full.length > 0) return Math.min(...full);
  const sound = units.filter(({ track }) => track.kind === 'audio');
  if (sound.length === 0) return null;
  const first = Math.min(...sound.map(({ captureTicks }) => captureTicks));
  return Math.floor((first * VIDEO_TIMESCALE) / AUDIO_TIMESCALE);
}

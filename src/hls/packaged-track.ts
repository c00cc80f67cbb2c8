import type { MediaTrack, TappedTrack } from '../broadcast/ports/media.js';
import type { UnitTrack } from '../broadcast/ports/unit-track.js';
import type { Log } from '../common/logger.js';
import type { AccessUnit } from '../media/codecs/access-unit.js';
import { DecodeTimes } from '../media/rtp/decode-times.js';
import { createDepacketizer } from '../media/rtp/create-depacketizer.js';
import { createVp8Depacketizer, type Vp8Frame } from '../media/rtp/vp8-depacketizer.js';
import type { TrackInput } from './segmenter/segmenter-types.js';
import { TrackIntake } from './track-intake.js';
import { Vp8Transcoder } from './transcode/vp8-transcoder.js';
import { UnitIntake } from './unit-intake.js';

/**
 * The delay between capture and sending of an audio packet: recording it takes 20 ms, and the Opus
 * encoder adds 6.5 ms. Subtracted only if the sender's reports give the time of sending; reports
 * that give the capture time already exclude this delay.
 */
const SENT_AFTER_CAPTURE_MS = 26.5;

type Options<Track = MediaTrack> = Readonly<{
  track: Track;
  /** Adds the track to the segmenter; called once, if the track can be packaged. */
  addInput: (layerCount: number) => TrackInput;
  /** Called for every access unit. */
  onUnit: (layer: number, unit: AccessUnit) => void;
  /** The path to FFmpeg, which VP8 requires; null if it isn't installed. */
  ffmpeg: string | null;
  segmentS: number;
  log: Log;
}>;

/** One of the publisher's tracks, which feeds the segmenter. */
export interface PackagedTrack {
  /** Whether decoding order differs from display order; null if not known yet. */
  readonly reorders: boolean | null;
  /** Must be called a few times a second. */
  tick(nowMs: number): void;
  /** Flushes the track. Safe to call twice. */
  close(): void;
}

/** Starts packaging a track; returns null if its codec cannot be packaged here. */
export function packageTrack(options: Options): PackagedTrack | null {
  const { track } = options;
  if (track.form === 'units') return packageUnits({ ...options, track });
  if (track.codec.mimeType.toLowerCase() === 'video/vp8') return packageVp8({ ...options, track });
  return packageRtp({ ...options, track });
}

function packageRtp(options: Options<TappedTrack>): PackagedTrack | null {
  const { track, addInput, onUnit } = options;
  if (createDepacketizer(track.codec) === null) return null;
  const input = addInput(track.layerCount);
  // In other codecs, each RTP unit contains a frame that is shown when it is decoded.
  const isH264 = track.codec.mimeType.toLowerCase() === 'video/h264';
  const layers = Array.from({ length: track.layerCount }, () => new DecodeTimes());
  const push = (layer: number, units: readonly AccessUnit[]): void => {
    for (const unit of units) input.push(layer, unit);
  };
  const intake = new TrackIntake<AccessUnit>({
    track,
    createDepacketizer: () => {
      const depacketizer = createDepacketizer(track.codec);
      if (!depacketizer) throw new Error('a packageable codec has no depacketizer');
      return depacketizer;
    },
    onUnit: (layer, unit) => {
      push(layer, layers[layer]?.push(unit) ?? []);
      onUnit(layer, unit);
    },
  });
  return joined(track, input, {
    get reorders() {
      return isH264 ? anyReorders(layers) : false;
    },
    tick: (nowMs) => {
      intake.tick(nowMs);
      layers.forEach((times, layer) => push(layer, times.expire(nowMs)));
    },
    close: () => {
      intake.close();
      layers.forEach((times, layer) => push(layer, times.flush()));
    },
  });
}

/** Returns whether any layer of a track reorders its frames; null if not known yet. */
function anyReorders(layers: readonly DecodeTimes[]): boolean | null {
  if (layers.some(({ reorders }) => reorders)) return true;
  return layers.some(({ reorders }) => reorders === false) ? false : null;
}

/** Packages only the highest layer, because each layer needs its own encoder. */
function packageVp8(options: Options<TappedTrack>): PackagedTrack | null {
  const { track, addInput, onUnit, ffmpeg, segmentS, log } = options;
  if (ffmpeg === null) return null;
  const input = addInput(1);
  const transcoder = new Vp8Transcoder({ program: ffmpeg, segmentS, log });
  transcoder.events.on('keyFrameNeeded', () => track.requestKeyFrame());
  transcoder.events.on('unit', (unit) => {
    input.push(0, unit);
    onUnit(0, unit);
  });
  const intake = new TrackIntake<Vp8Frame>({
    track,
    createDepacketizer: createVp8Depacketizer,
    onUnit: (layer, frame) => {
      if (layer === track.layerCount - 1) transcoder.push(frame);
    },
  });
  return joined(track, input, {
    reorders: false,
    tick: (nowMs) => intake.tick(nowMs),
    close: () => {
      intake.close();
      transcoder.close();
    },
  });
}

function packageUnits({ track, addInput, onUnit }: Options<UnitTrack>): PackagedTrack {
  const input = addInput(1);
  const intake = new UnitIntake({
    track,
    onUnit: (unit) => {
      input.push(0, unit);
      onUnit(0, unit);
    },
    onReport: (report) => input.report(0, report),
  });
  const off = track.events.on('paused', (paused) => input.setPaused(paused));
  if (track.paused) input.setPaused(true);
  return {
    get reorders() {
      return intake.reorders;
    },
    tick: () => undefined,
    close: () => {
      off();
      intake.close();
      input.close();
    },
  };
}

/** Connects a track's reports and pauses to the segmenter; `intake` reads its packets. */
function joined(track: TappedTrack, input: TrackInput, intake: PackagedTrack): PackagedTrack {
  const isLate = track.kind === 'audio' && track.reportsTell === 'sending';
  const lateMs = isLate ? SENT_AFTER_CAPTURE_MS : 0;
  const offs = [
    track.events.on('senderReport', ({ layer, ntpMs, rtpTime }) =>
      input.report(layer, { ntpMs: ntpMs - lateMs, rtpTime }),
    ),
    track.events.on('paused', (paused) => input.setPaused(paused)),
  ];
  if (track.paused) input.setPaused(true);
  return {
    get reorders() {
      return intake.reorders;
    },
    tick: (nowMs) => intake.tick(nowMs),
    close: () => {
      for (const off of offs.splice(0)) off();
      intake.close();
      input.close();
    },
  };
}

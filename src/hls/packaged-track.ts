import type { TappedTrack } from '../broadcast/ports/media.js';
import type { Log } from '../common/logger.js';
import type { AccessUnit } from '../media/codecs/access-unit.js';
import { createDepacketizer } from '../media/rtp/create-depacketizer.js';
import { createVp8Depacketizer, type Vp8Frame } from '../media/rtp/vp8-depacketizer.js';
import type { TrackInput } from './segmenter/segmenter-types.js';
import { TrackIntake } from './track-intake.js';
import { Vp8Transcoder } from './transcode/vp8-transcoder.js';

/**
 * The delay between capture and sending of an audio packet: recording it takes 20 ms, and the Opus
 * encoder adds 6.5 ms. Used for senders whose reports give the time at which a packet was sent;
 * reports that give the capture time already account for both.
 */
const SENT_AFTER_CAPTURE_MS = 26.5;

type Options = Readonly<{
  track: TappedTrack;
  /** Adds the track to the segmenter; called once, if the track can be packaged. */
  addInput: (layerCount: number) => TrackInput;
  /** Called for every access unit. */
  onUnit: (layer: number, unit: AccessUnit) => void;
  /** The path of FFmpeg, which is needed for VP8; null if it isn't installed. */
  ffmpeg: string | null;
  segmentS: number;
  log: Log;
}>;

/** One of the publisher's tracks, which feeds the segmenter. */
export interface PackagedTrack {
  /** Must be called a few times a second. */
  tick(nowMs: number): void;
  /** Flushes the track. Safe to call twice. */
  close(): void;
}

/** Starts packaging a track; returns null if its codec cannot be packaged here. */
export function packageTrack(options: Options): PackagedTrack | null {
  if (options.track.codec.mimeType.toLowerCase() === 'video/vp8') return packageVp8(options);
  const { track, addInput, onUnit } = options;
  if (createDepacketizer(track.codec) === null) return null;
  const input = addInput(track.layerCount);
  const intake = new TrackIntake<AccessUnit>({
    track,
    createDepacketizer: () => {
      const depacketizer = createDepacketizer(track.codec);
      if (!depacketizer) throw new Error('a packageable codec has no depacketizer');
      return depacketizer;
    },
    onUnit: (layer, unit) => {
      input.push(layer, unit);
      onUnit(layer, unit);
    },
  });
  return joined(track, input, intake);
}

/** Packages only the highest layer, because each layer needs its own encoder. */
function packageVp8(options: Options): PackagedTrack | null {
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
  return joined(track, input, intake, () => transcoder.close());
}

function joined(
  track: TappedTrack,
  input: TrackInput,
  intake: Pick<TrackIntake<never>, 'tick' | 'close'>,
  onClosed: () => void = () => undefined,
): PackagedTrack {
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
    tick: (nowMs) => intake.tick(nowMs),
    close: () => {
      for (const off of offs.splice(0)) off();
      intake.close();
      onClosed();
      input.close();
    },
  };
}

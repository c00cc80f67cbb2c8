import type { TappedTrack } from '../broadcast/ports/media.js';
import type { Log } from '../common/logger.js';
import type { AccessUnit } from '../media/codecs/access-unit.js';
import { createDepacketizer } from '../media/rtp/create-depacketizer.js';
import { createVp8Depacketizer, type Vp8Frame } from '../media/rtp/vp8-depacketizer.js';
import type { TrackInput } from './segmenter/segmenter-types.js';
import { TrackIntake } from './track-intake.js';
import { Vp8Transcoder } from './transcode/vp8-transcoder.js';

/**
 * How late sound is by reports that tell when a packet was sent: its 20 ms have been recorded by then, and what the
 * Opus encoder writes comes 6.5 ms after what it was given. Reports that tell the capture allow for both.
 */
const SENT_AFTER_CAPTURE_MS = 26.5;

type Options = Readonly<{
  track: TappedTrack;
  /** Where it goes in the segmenter; asked for once, if it can be packaged. */
  addInput: (layerCount: number) => TrackInput;
  /** Told of every unit, too. */
  onUnit: (layer: number, unit: AccessUnit) => void;
  /** For VP8; null: there is none. */
  ffmpeg: string | null;
  segmentS: number;
  log: Log;
}>;

/** One track of the publisher's on its way into the segmenter. */
export interface PackagedTrack {
  /** To be called a few times a second. */
  tick(nowMs: number): void;
  /** Passes on what is left. Safe to call twice. */
  close(): void;
}

/** Begins to package a track; null when its codec can't be packaged here. */
export function packageTrack(options: Options): PackagedTrack | null {
  if (options.track.codec.mimeType.toLowerCase() === 'video/vp8') return packageVp8(options);
  const { track, addInput, onUnit } = options;
  if (createDepacketizer(track.codec) === null) return null;
  const input = addInput(track.layerCount);
  const intake = new TrackIntake<AccessUnit>({
    track,
    createDepacketizer: () => {
      const depacketizer = createDepacketizer(track.codec);
      if (!depacketizer) throw new Error('a codec that can be packaged has a depacketizer');
      return depacketizer;
    },
    onUnit: (layer, unit) => {
      input.push(layer, unit);
      onUnit(layer, unit);
    },
  });
  return joined(track, input, intake);
}

/** Only its highest layer: each costs an encoder. */
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

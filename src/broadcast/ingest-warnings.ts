import { assertNever } from '../protocol/assert-never.js';
import type { BroadcastView } from '../protocol/broadcast.js';
import type { IngestWarning } from '../protocol/ingest.js';
import type { PublisherHealth } from './ports/media.js';
import type { Transcoding, TranscodingObstacle } from './ports/packaging.js';

/** If key frames are further apart than this, viewers wait too long for the first frame. */
const KEY_FRAMES_APART_MAX_MS = 4_200;

const B_FRAMES: IngestWarning = {
  code: 'b_frames',
  message:
    'The video has B-frames, which browsers can’t show over WebRTC, so viewers watch over HLS, one or two seconds further behind live. ' +
    'Set B-frames to 0: in OBS under Settings > Output with output mode “Advanced”, in FFmpeg with -bf 0.',
};

const NO_SOUND: IngestWarning = {
  code: 'no_sound',
  message:
    'WebRTC viewers get video without sound, because the server can’t transcode AAC to Opus. HLS, recordings ' +
    'and restreams have sound. Install FFmpeg with libopus on the server (or set FFMPEG_BIN), or publish over WHIP, ' +
    'which uses Opus.',
};

type Arriving = Pick<PublisherHealth, 'tracks' | 'lacksSound'> &
  Pick<BroadcastView, 'webrtc'> &
  Partial<Pick<Transcoding, 'obstacle'>>;

/** Returns advice on the publisher's settings, based on what is arriving; the most serious first. */
export function ingestWarnings({
  tracks,
  webrtc,
  lacksSound = false,
  obstacle = null,
}: Arriving): IngestWarning[] {
  return [
    ...(lacksSound ? [NO_SOUND] : []),
    ...(webrtc === 'unavailable' ? [B_FRAMES] : []),
    ...keyFrameWarnings(tracks),
    ...(obstacle ? [{ code: 'not_transcoded' as const, message: textOf(obstacle) }] : []),
  ];
}

function textOf(obstacle: TranscodingObstacle): string {
  switch (obstacle.type) {
    case 'limit':
      return (
        `${obstacle.max} of ${obstacle.max} transcoders are in use, so viewers with slow connections can’t choose a lower resolution. ` +
        'Send simulcast over WHIP, or raise TRANSCODE_MAX on a server with enough cores.'
      );
    case 'behind':
      return (
        `The server is too busy to transcode to ${obstacle.dropped.join(' and ')}, so viewers with slow connections have fewer resolutions to choose from. ` +
        'Restart the broadcast when the server is less busy, or send fewer frames per second.'
      );
    case 'failing':
      return 'FFmpeg on the server keeps failing to transcode this video, so viewers get only the original video. Ask the server’s operator to check its log.';
    default:
      return assertNever(obstacle);
  }
}

function keyFrameWarnings(tracks: PublisherHealth['tracks']): IngestWarning[] {
  const intervals = tracks.flatMap(({ streams }) =>
    streams.flatMap(({ keyFrameIntervalMs }) => keyFrameIntervalMs ?? []),
  );
  const longestMs = Math.max(0, ...intervals);
  if (longestMs <= KEY_FRAMES_APART_MAX_MS) return [];
  const seconds = (longestMs / 1_000).toFixed(1);
  return [
    {
      code: 'key_frames_far_apart',
      message:
        `Key frames are ${seconds} s apart, and viewers wait up to that long for the first frame. ` +
        'Set the keyframe interval to 1 or 2 s: in OBS under Settings > Output with output mode “Advanced” ' +
        '(“Simple” lacks this setting), in FFmpeg with -g, counted in frames.',
    },
  ];
}

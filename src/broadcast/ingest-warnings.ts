import type { IngestWarning } from '../protocol/ingest.js';
import type { PublisherHealth } from './ports/media.js';

/** If key frames are further apart than this, viewers wait too long for the first frame. */
const KEY_FRAMES_APART_MAX_MS = 4_200;

/** Returns advice on the publisher's settings, based on what is arriving. */
export function ingestWarnings({ tracks }: Pick<PublisherHealth, 'tracks'>): IngestWarning[] {
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

import type { IngestWarning } from '../protocol/ingest.js';
import type { PublisherHealth } from './ports/media.js';

/** With key frames further apart than this, viewers wait too long for the first picture. */
const KEY_FRAMES_APART_MAX_MS = 4_200;

/** Returns advice for the publisher's settings, based on what arrives now. */
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
        `Key frames are ${seconds} s apart, and viewers wait up to that long for the first picture. ` +
        'Set the key frame interval to 1 s or 2 s: in OBS under Settings, Output, with the output mode “Advanced” ' +
        '(“Simple” has no such setting); in FFmpeg with -g, in frames.',
    },
  ];
}

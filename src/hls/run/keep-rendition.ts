import type { SegmentKeeper } from '../../broadcast/ports/recording.js';
import { AUDIO_TIMESCALE, timescaleOf } from '../../media/codecs/codec-config.js';
import { readFragments } from '../../media/mp4/read-fragments.js';
import type { BroadcastFiles } from './broadcast-files.js';
import type { RenditionKeeper } from './rendition.js';

type Of = Readonly<{ run: string; rendition: string; files: BroadcastFiles }>;

/** Passes a rendition's stored segments to the broadcast's keeper. */
export function keepRendition(
  keeper: SegmentKeeper,
  { run, rendition, files }: Of,
): RenditionKeeper {
  return {
    keepInit: ({ file, path, config }) =>
      keeper.keepInit({
        run,
        rendition,
        file,
        path: files.locate(path),
        codecs: config.codecs,
        ...(config.kind === 'video'
          ? { width: config.width, height: config.height }
          : {
              channels: config.channels,
              ...(timescaleOf(config) !== AUDIO_TIMESCALE && { timescale: timescaleOf(config) }),
            }),
      }),
    keepSegment: ({ segment, path, init }) => {
      const { msn, durationS, wallMs, discontinuity, byteLength, frames } = segment;
      const bytes = segment.bytes();
      const stored = path === null ? null : { path: files.locate(path), file: `${msn}.m4s` };
      keeper.keepSegment({
        run,
        rendition,
        msn,
        stored: stored && {
          ...stored,
          bytes: byteLength,
          frames,
          fragments: bytes && readFragments(bytes),
        },
        init,
        durationS,
        wallMs,
        discontinuity,
      });
    },
  };
}

import { renderVodPlaylist } from '../../hls/playlist/media-playlist.js';
import { renderMultivariantPlaylist } from '../../hls/playlist/multivariant-playlist.js';
import { aacOf } from './vod-aac.js';
import type { Vod, VodRendition } from './vod.js';

/** `video-2`: 2; sound has none. */
const LAYER = /^video-(\d)$/;
const WHOLE_FPS_WITHIN = 0.03;

/** The multivariant playlist: all renditions, the best first; the sound also as AAC, which not all players need. */
export function vodMultivariant(vod: Vod): string {
  const { renditions } = vod;
  const aac = aacOf(vod);
  const video = renditions
    .filter(({ id }) => LAYER.test(id))
    .toSorted((a, b) => b.id.localeCompare(a.id))
    .map((one) => ({
      uri: `${one.id}.m3u8`,
      codecs: one.init.codecs,
      width: one.init.width ?? 0,
      height: one.init.height ?? 0,
      frameRate: frameRateOf(one),
      ...bitRates(one),
    }));
  const audio = [...renditions.filter(({ id }) => !LAYER.test(id)), ...(aac ? [aac] : [])].map(
    (one) => ({
      uri: `${one.id}.m3u8`,
      group: one.id,
      name: 'Sound',
      codecs: one.init.codecs,
      channels: one.init.channels ?? 2,
      ...bitRates(one),
    }),
  );
  return renderMultivariantPlaylist({ video, audio, independentSegments: false });
}

/** One rendition's playlist; addresses are relative to it: `RUN/RENDITION/FILE`. */
export function vodMedia({ id, segments }: VodRendition): string {
  const uriOf = (run: string, file: string): string => `${run}/${id}/${file}`;
  return renderVodPlaylist({
    // RFC 8216bis 4.4.3.1: no segment's duration, rounded, is larger.
    targetDurationS: Math.max(1, ...segments.map(({ durationS }) => Math.round(durationS))),
    independentSegments: !LAYER.test(id),
    segments: segments.map(({ run, file, init, msn, durationS, wallMs, discontinuity }) => ({
      uri: uriOf(run, file ?? `${msn}.m4s`),
      durationS,
      wallMs,
      discontinuity,
      initUri: init === null ? null : uriOf(run, init),
      gap: file === null,
    })),
  });
}

function bitRates({ segments }: VodRendition) {
  const there = segments.filter(({ file }) => file !== null);
  const bytes = there.reduce((sum, one) => sum + one.bytes, 0);
  const seconds = there.reduce((sum, { durationS }) => sum + durationS, 0);
  // Segments of under a second say little of what a network has to bear.
  const peakBps = Math.max(0, ...there.map((one) => (8 * one.bytes) / Math.max(1, one.durationS)));
  return { peakBps, averageBps: seconds === 0 ? 0 : (8 * bytes) / seconds };
}

function frameRateOf({ segments }: VodRendition): number | null {
  const frames = segments.reduce((sum, one) => sum + one.frames, 0);
  const seconds = segments.reduce((sum, one) => sum + (one.file === null ? 0 : one.durationS), 0);
  if (frames === 0 || seconds === 0) return null;
  const measured = frames / seconds;
  const whole = Math.round(measured);
  return Math.abs(measured - whole) <= whole * WHOLE_FPS_WITHIN ? whole : measured;
}

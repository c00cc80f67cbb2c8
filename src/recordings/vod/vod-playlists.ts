import { Turns } from '../../common/turns.js';
import { vodPlaylistText } from '../../media/playlist/media-playlist.js';
import { renderMultivariantPlaylist } from '../../media/playlist/multivariant-playlist.js';
import type { SegmentTable } from '../journal/segment-table.js';
import { aacOf } from './vod-aac.js';
import type { VodPlaylist } from './vod-playlist.js';
import type { Vod } from './vod.js';

/** Captures the layer, such as 2 in `video-2`. Audio renditions have no layer. */
const LAYER = /^video-(\d)$/;
const WHOLE_FPS_WITHIN = 0.03;
/** Text is encoded in pieces with this number of characters. */
const PIECE = 65_536;

/**
 * Renders the multivariant playlist: all renditions, best first, each with the audio as Opus and as
 * AAC, for players that don't support Opus.
 */
export function vodMultivariant(vod: Vod): string {
  const playlists = playlistsOf(vod);
  const video = playlists
    .filter(({ id }) => LAYER.test(id))
    .toSorted((a, b) => b.id.localeCompare(a.id))
    .map((one) => ({
      uri: `${one.id}.m3u8`,
      codecs: one.init.codecs,
      width: one.init.width ?? 0,
      height: one.init.height ?? 0,
      frameRate: frameRateOf(one.segments),
      ...bitRates(one),
    }));
  const audio = playlists
    .filter(({ id }) => !LAYER.test(id))
    .map((one) => ({
      uri: `${one.id}.m3u8`,
      group: one.id,
      name: 'Sound',
      codecs: one.init.codecs,
      channels: one.init.channels ?? 2,
      ...bitRates(one),
    }));
  return renderMultivariantPlaylist({ video, audio, independentSegments: false });
}

/** Returns all renditions of a recording: the recorded ones, and the AAC transcoded on request. */
export function playlistsOf(vod: Vod): VodPlaylist[] {
  const aac = aacOf(vod);
  const recorded = vod.renditions.map((one) => ({ ...one, bitrateBps: null, isMade: false }));
  return [...recorded, ...(aac ? [aac] : [])];
}

/**
 * Renders one rendition's playlist. Its addresses are relative to the playlist:
 * `RUN/RENDITION/FILE`. Yields to other work, because rendering a one-day recording takes a while.
 */
export async function vodMedia(
  playlist: VodPlaylist,
  turns: Turns = new Turns(),
): Promise<Uint8Array> {
  const { id, segments } = playlist;
  const pieces: Uint8Array[] = [];
  let text = '';
  const lines = vodPlaylistText({
    targetDurationS: await targetOf(segments, turns),
    independentSegments: !LAYER.test(id),
    segments: segmentsOf(playlist),
  });
  for (const some of lines) {
    text += some;
    if (text.length >= PIECE) {
      pieces.push(Buffer.from(text));
      text = '';
    }
    if (turns.isOver) await turns.next();
  }
  return Buffer.concat([...pieces, Buffer.from(text)]);
}

/**
 * Returns the target duration, which is at least the rounded duration of every segment (RFC
 * 8216bis, section 4.4.3.1).
 */
async function targetOf(segments: SegmentTable, turns: Turns): Promise<number> {
  let most = 1;
  for (let index = 0; index < segments.length; index += 1) {
    if (turns.isOver) await turns.next();
    most = Math.max(most, Math.round(segments.durationS(index)));
  }
  return most;
}

function* segmentsOf({ id, init: { file: made }, segments, isMade }: VodPlaylist) {
  for (let index = 0; index < segments.length; index += 1) {
    const path = `${segments.run(index)}/${id}`;
    const numbered = `${segments.msn(index)}.m4s`;
    const init = isMade ? made : segments.init(index);
    yield {
      uri: `${path}/${isMade ? numbered : (segments.file(index) ?? numbered)}`,
      durationS: segments.durationS(index),
      wallMs: segments.wallMs(index),
      discontinuity: segments.discontinuity(index),
      initUri: init === null ? null : `${path}/${init}`,
      gap: segments.isGap(index),
    };
  }
}

function bitRates({ segments, bitrateBps }: VodPlaylist) {
  let [bytes, seconds, peakBps] = [0, 0, 0];
  for (let index = 0; index < segments.length; index += 1) {
    if (segments.isGap(index)) continue;
    const durationS = segments.durationS(index);
    const own =
      bitrateBps === null ? segments.bytes(index) : Math.round((durationS * bitrateBps) / 8);
    bytes += own;
    seconds += durationS;
    // Segments shorter than a second say little about the required bandwidth.
    peakBps = Math.max(peakBps, (8 * own) / Math.max(1, durationS));
  }
  return { peakBps, averageBps: seconds === 0 ? 0 : (8 * bytes) / seconds };
}

function frameRateOf(segments: SegmentTable): number | null {
  let [frames, seconds] = [0, 0];
  for (let index = 0; index < segments.length; index += 1) {
    frames += segments.frames(index);
    if (!segments.isGap(index)) seconds += segments.durationS(index);
  }
  if (frames === 0 || seconds === 0) return null;
  const measured = frames / seconds;
  const whole = Math.round(measured);
  return Math.abs(measured - whole) <= whole * WHOLE_FPS_WITHIN ? whole : measured;
}

import type { Viewer } from '../../client/viewer.js';
import type { HlsTimeline } from './hls-player.js';
import type { Playback } from './playback.js';

/** Less to go back to is not worth a bar, milliseconds. */
const WORTH_MS = 10_000;
/** Nearer to what happens now is now, milliseconds. */
export const NEAR_MS = 3_000;

/**
 * How far one can go back, and where one is: as the HLS that plays has it; over WebRTC, as the server keeps
 * it. null: there is nothing to go back to.
 */
export function rewindWindow(
  viewer: Viewer,
  playback: Playback,
  { nowMs, rewindMs }: { nowMs: number; rewindMs: number },
): HlsTimeline | null {
  if (!viewer.canRewind.value) return null;
  const timeline = playback.hls.value?.timeline.value ?? overWebRtc(viewer, nowMs, rewindMs);
  return timeline && timeline.liveMs - timeline.startMs >= WORTH_MS ? timeline : null;
}

function overWebRtc(viewer: Viewer, nowMs: number, rewindMs: number): HlsTimeline | null {
  const { broadcast } = viewer.channel.value;
  if (!broadcast || viewer.way.value !== 'webrtc') return null;
  const startMs = Math.max(Date.parse(broadcast.startedAt), nowMs - rewindMs);
  return { startMs, liveMs: nowMs, positionMs: nowMs };
}

import type { Viewer } from '../../client/viewer.js';
import type { HlsTimeline, LiveHlsPlayer } from './hls-player.js';
import type { Playback } from './playback.js';

/** The minimum range for which a seek bar is worthwhile, in milliseconds. */
const WORTH_MS = 10_000;
/** A position within this distance of live counts as live, in milliseconds. */
const NEAR_MS = 3_000;

/** Rewinds and returns to live, on every path. */
export class Rewinding {
  readonly #viewer: Viewer;
  readonly #playback: Playback<LiveHlsPlayer>;
  readonly #rewindMs: number;

  /** @param rewindMs how far back viewers can rewind */
  constructor(viewer: Viewer, playback: Playback<LiveHlsPlayer>, rewindMs: number) {
    this.#viewer = viewer;
    this.#playback = playback;
    this.#rewindMs = rewindMs;
  }

  /**
   * Returns the range within which viewers can seek, and the current position. The HLS player knows
   * both; over WebRTC, they are computed from the time and `rewindMs`. Null if rewinding isn't
   * possible.
   */
  timeline(): HlsTimeline | null {
    if (!this.#viewer.canRewind.value) return null;
    const timeline = this.#playback.hls.value?.timeline.value ?? this.#overWebRtc();
    return timeline && timeline.liveMs - timeline.startMs >= WORTH_MS ? timeline : null;
  }

  /** Seeks to a server time in milliseconds, or to the nearest available one. */
  seek(serverMs: number): void {
    const timeline = this.timeline();
    if (!timeline) return;
    if (serverMs > timeline.liveMs - NEAR_MS) return this.goLive();
    const toMs = Math.max(timeline.startMs, serverMs);
    this.#viewer.rewind(toMs);
    this.#playback.hls.peek()?.seek(toMs);
  }

  skip(byMs: number): void {
    const timeline = this.timeline();
    if (timeline) this.seek(timeline.positionMs + byMs);
  }

  goLive(): void {
    this.#viewer.goLive();
    this.#playback.hls.peek()?.goLive();
    this.#playback.play();
  }

  togglePlay(): void {
    const positionMs = this.#playback.hls.peek()?.timeline.peek()?.positionMs;
    // While playback is paused, its position falls behind live, and playback resumes at that
    // position.
    if (!this.#playback.paused.peek() && positionMs !== undefined) this.#viewer.rewind(positionMs);
    this.#playback.togglePlay();
  }

  /**
   * Marks a viewer who has caught up as live again, so WebRTC can be used. Must be called in an
   * effect.
   */
  noticeCatchingUp(): void {
    const timeline = this.#playback.hls.value?.timeline.value;
    if (!timeline || this.#playback.paused.value) return;
    if (timeline.liveMs - timeline.positionMs < NEAR_MS) this.#viewer.goLive();
  }

  #overWebRtc(): HlsTimeline | null {
    const { broadcast } = this.#viewer.channel.value;
    if (!broadcast || this.#viewer.way.value !== 'webrtc') return null;
    const nowMs = this.#viewer.serverNow() ?? Date.now();
    const startMs = Math.max(Date.parse(broadcast.startedAt), nowMs - this.#rewindMs);
    return { startMs, liveMs: nowMs, positionMs: nowMs };
  }
}

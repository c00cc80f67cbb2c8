import type { Viewer } from '../../client/viewer.js';
import type { HlsTimeline } from './hls-player.js';
import type { Playback } from './playback.js';

/** Less to go back to is not worth a bar, milliseconds. */
const WORTH_MS = 10_000;
/** Nearer to what happens now is now, milliseconds. */
const NEAR_MS = 3_000;

/** Going back in time and to what happens now, whichever way the picture comes. */
export class Rewinding {
  readonly #viewer: Viewer;
  readonly #playback: Playback;
  readonly #rewindMs: number;

  /** @param rewindMs how far back the server keeps what was */
  constructor(viewer: Viewer, playback: Playback, rewindMs: number) {
    this.#viewer = viewer;
    this.#playback = playback;
    this.#rewindMs = rewindMs;
  }

  /**
   * How far one can go back, and where one is: as the HLS that plays has it; over WebRTC, as the server keeps
   * it. null: there is nothing to go back to.
   */
  timeline(): HlsTimeline | null {
    if (!this.#viewer.canRewind.value) return null;
    const timeline = this.#playback.hls.value?.timeline.value ?? this.#overWebRtc();
    return timeline && timeline.liveMs - timeline.startMs >= WORTH_MS ? timeline : null;
  }

  /** To a time on the server's clock, milliseconds, or to the nearest there is. */
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
    // What stands still falls behind, and is to go on from there.
    if (!this.#playback.paused.peek() && positionMs !== undefined) this.#viewer.rewind(positionMs);
    this.#playback.togglePlay();
  }

  /** For an effect. Who has caught up watches what happens now, and may have it over WebRTC. */
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

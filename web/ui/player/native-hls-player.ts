import { batch, signal } from '@preact/signals';
import type { ReceiveStats } from '../../client/receive-stats.js';
import {
  type HlsPlayerOptions,
  type HlsTimeline,
  type LiveHlsPlayer,
  NO_LAYERS,
} from './hls-player.js';
import { HlsRetry } from './hls-retry.js';

const LOOK_MS = 500;

/** A video element in WebKit, which exposes the capture time at which the timeline starts. */
type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date };

/**
 * Plays HLS with the browser's native support where hls.js can't run. The browser selects the
 * layer.
 */
export class NativeHlsPlayer implements LiveHlsPlayer {
  readonly timeline = signal<HlsTimeline | null>(null);
  readonly layers = signal(NO_LAYERS);
  readonly stats = signal<ReceiveStats | null>(null);
  readonly #options: HlsPlayerOptions;
  readonly #retry = new HlsRetry();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #onError = (): void => this.#failed();
  readonly #onEnded = (): void => this.#again(0);
  #fromMs: number | null;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HlsPlayerOptions) {
    this.#options = options;
    this.#fromMs = options.fromMs;
    const { video } = options;
    video.src = options.url();
    video.addEventListener('error', this.#onError);
    video.addEventListener('ended', this.#onEnded);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get arriving(): boolean {
    return this.#fromMs !== null || this.#options.video.seeking;
  }

  seek(serverMs: number): void {
    const { video } = this.#options;
    const startMs = startDateMs(video);
    if (startMs === null || video.seekable.length === 0) {
      this.#fromMs = serverMs;
      return;
    }
    const first = video.seekable.start(0);
    video.currentTime = Math.max(first, Math.min(liveEdge(video), (serverMs - startMs) / 1_000));
    this.#look();
  }

  goLive(): void {
    const { video } = this.#options;
    this.#fromMs = null;
    if (video.seekable.length > 0) video.currentTime = liveEdge(video);
    this.#look();
  }

  /** Does nothing: the browser selects the layer itself. */
  pinLayer(): void {
    // Not supported.
  }

  close(): void {
    const { video } = this.#options;
    clearInterval(this.#timer);
    clearTimeout(this.#retryTimer);
    video.removeEventListener('error', this.#onError);
    video.removeEventListener('ended', this.#onEnded);
    video.removeAttribute('src');
    video.load();
  }

  #failed(): void {
    const { isOnline, onRefused, onFailed } = this.#options;
    // The browser doesn't report the reason, so the URL may have been refused.
    onRefused();
    const { delayMs, isHopeless } = this.#retry.failed(performance.now(), isOnline());
    this.#again(delayMs);
    if (isHopeless) onFailed();
  }

  #again(delayMs: number): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => {
      const { video, url, onEmptying } = this.#options;
      onEmptying();
      video.src = url();
      video.play().catch(() => undefined);
    }, delayMs);
  }

  #look(): void {
    const { video, serverNow } = this.#options;
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    if (this.#fromMs !== null && startDateMs(video) !== null) {
      const serverMs = this.#fromMs;
      this.#fromMs = null;
      this.seek(serverMs);
    }
    const startMs = startDateMs(video);
    const serverMs = serverNow();
    const positionMs = startMs === null ? null : startMs + video.currentTime * 1_000;
    batch(() => {
      this.timeline.value = timelineOf(video, startMs);
      this.stats.value = {
        delayMs: positionMs === null || serverMs === null ? null : serverMs - positionMs,
        width: video.videoWidth,
        height: video.videoHeight,
        framesPerSecond: null,
        bitrateBps: null,
        lossPercent: null,
        roundTripMs: null,
        jitterBufferMs: null,
      };
    });
  }
}

function timelineOf(video: HTMLVideoElement, startMs: number | null): HlsTimeline | null {
  if (startMs === null || video.seekable.length === 0) return null;
  return {
    startMs: startMs + video.seekable.start(0) * 1_000,
    liveMs: startMs + liveEdge(video) * 1_000,
    positionMs: startMs + video.currentTime * 1_000,
  };
}

function liveEdge({ seekable }: HTMLVideoElement): number {
  return seekable.end(seekable.length - 1);
}

function startDateMs(video: DatedVideo): number | null {
  const startMs = video.getStartDate?.().getTime() ?? Number.NaN;
  return Number.isNaN(startMs) ? null : startMs;
}

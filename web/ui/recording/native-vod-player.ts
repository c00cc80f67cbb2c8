import { signal } from '@preact/signals';
import type { ReceiveStats } from '../../client/receive-stats.js';
import { type HlsPlayer, type HlsPlayerOptions, NO_LAYERS } from '../player/hls-player.js';
import { HlsRetry } from '../player/hls-retry.js';
import { noStats } from './no-stats.js';

/** Plays recordings with the browser's own HLS player, which chooses the layer itself. */
export class NativeVodPlayer implements HlsPlayer {
  readonly layers = signal(NO_LAYERS);
  readonly stats = signal<ReceiveStats | null>(null);
  readonly #options: HlsPlayerOptions;
  readonly #retry = new HlsRetry();
  readonly #onLoaded = (): void => this.#loaded();
  readonly #onError = (): void => this.#failed();
  #positionMs: number;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HlsPlayerOptions) {
    this.#options = options;
    this.#positionMs = options.fromMs ?? 0;
    options.video.addEventListener('loadedmetadata', this.#onLoaded);
    options.video.addEventListener('error', this.#onError);
    options.video.src = options.url();
  }

  get arriving(): boolean {
    return this.#options.video.seeking;
  }

  seek(positionMs: number): void {
    this.#positionMs = positionMs;
    this.#options.video.currentTime = positionMs / 1_000;
  }

  /** Does nothing: the browser chooses the layer. */
  pinLayer(): void {
    // Not supported by the browser.
  }

  close(): void {
    const { video } = this.#options;
    clearTimeout(this.#retryTimer);
    video.removeEventListener('loadedmetadata', this.#onLoaded);
    video.removeEventListener('error', this.#onError);
    video.removeAttribute('src');
    video.load();
  }

  #loaded(): void {
    const { video } = this.#options;
    if (this.#positionMs > 0) video.currentTime = this.#positionMs / 1_000;
    this.stats.value = noStats(video);
  }

  #failed(): void {
    const { video, url, isOnline, onEmptying, onRefused, onFailed } = this.#options;
    if (video.currentTime > 0) this.#positionMs = video.currentTime * 1_000;
    // The element doesn't report the reason, so the URL may have been refused.
    onRefused();
    const { delayMs, isHopeless } = this.#retry.failed(performance.now(), isOnline());
    if (isHopeless) return onFailed();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => {
      onEmptying();
      video.src = url();
      video.play().catch(() => undefined);
    }, delayMs);
  }
}

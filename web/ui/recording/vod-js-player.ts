import { batch, signal } from '@preact/signals';
import HlsJs, { type ErrorData } from 'hls.js';
import type { ReceiveStats } from '../../client/receive-stats.js';
import {
  type HlsLayers,
  type HlsPlayer,
  type HlsPlayerOptions,
  type HlsTimeline,
  NO_LAYERS,
} from '../player/hls-player.js';
import { HlsRetry } from '../player/hls-retry.js';
import { noStats } from './no-stats.js';

const NOT_FOUND = 404;
const LOOK_MS = 500;
/** So much stays in memory behind and before the position, seconds. */
const BACK_S = 60;
const AHEAD_S = 30;

/** Plays what is recorded by hls.js. Times are the recording's own: 0 is its beginning. */
export class VodJsPlayer implements HlsPlayer {
  readonly timeline = signal<HlsTimeline | null>(null);
  readonly layers = signal<HlsLayers>(NO_LAYERS);
  readonly stats = signal<ReceiveStats | null>(null);
  readonly #options: HlsPlayerOptions;
  readonly #retry = new HlsRetry();
  readonly #timer: ReturnType<typeof setInterval>;
  #hls: HlsJs;
  #pinned: number | null;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HlsPlayerOptions) {
    this.#options = options;
    this.#pinned = options.pinned;
    this.#hls = this.#begin(options.fromMs ?? 0);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get arriving(): boolean {
    return this.#options.video.seeking;
  }

  seek(positionMs: number): void {
    this.#options.video.currentTime = positionMs / 1_000;
  }

  goLive(): void {
    // What is recorded has no now.
  }

  pinLayer(layer: number | null): void {
    this.#pinned = layer;
    const height = layer === null ? undefined : heightsOf(this.#hls)[layer];
    const index = this.#hls.levels.findIndex((level) => level.height === height);
    this.#hls.nextLevel = layer === null ? -1 : index;
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#retryTimer);
    this.#hls.destroy();
  }

  #begin(fromMs: number): HlsJs {
    const hls = new HlsJs({
      startPosition: fromMs / 1_000,
      backBufferLength: BACK_S,
      maxBufferLength: AHEAD_S,
      // Nothing is transmuxed, so a worker would only cost.
      enableWorker: false,
      // What comes first should not be the lowest for seconds.
      abrEwmaDefaultEstimate: 3_000_000,
      audioPreference: { audioCodec: 'opus' },
    });
    hls.on(HlsJs.Events.MANIFEST_PARSED, () => {
      if (this.#pinned !== null) this.pinLayer(this.#pinned);
    });
    hls.on(HlsJs.Events.ERROR, (_event, error) => this.#failed(hls, error));
    hls.attachMedia(this.#options.video);
    hls.loadSource(this.#options.url());
    return hls;
  }

  #failed(hls: HlsJs, { fatal, response }: ErrorData): void {
    if (!fatal || hls !== this.#hls) return;
    const { isOnline, onRefused, onFailed } = this.#options;
    if (response?.code === NOT_FOUND) onRefused();
    const { delayMs, isHopeless } = this.#retry.failed(performance.now(), isOnline());
    hls.stopLoad();
    if (isHopeless) return onFailed();
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#again(), delayMs);
  }

  #again(): void {
    const { video, onEmptying, fromMs } = this.#options;
    // Before anything was there, it stands at 0, which is not where it was to begin.
    const positionMs = video.currentTime > 0 ? video.currentTime * 1_000 : (fromMs ?? 0);
    const wasPlaying = !video.paused;
    onEmptying();
    this.#hls.destroy();
    this.#hls = this.#begin(positionMs);
    if (wasPlaying) video.play().catch(() => undefined);
  }

  #look(): void {
    const { video } = this.#options;
    const hls = this.#hls;
    const heights = heightsOf(hls);
    const current = heights.indexOf(hls.levels[hls.currentLevel]?.height ?? Number.NaN);
    batch(() => {
      this.layers.value = {
        count: Math.max(1, heights.length),
        current: current === -1 ? null : current,
        heights: new Map(heights.entries()),
      };
      this.stats.value = noStats(video);
    });
  }
}

/** The heights that there are, the lowest first: what layers are numbered by. */
function heightsOf({ levels }: HlsJs): number[] {
  return [...new Set(levels.map(({ height }) => height))].toSorted((a, b) => a - b);
}

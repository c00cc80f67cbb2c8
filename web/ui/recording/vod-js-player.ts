import { batch, signal } from '@preact/signals';
import type HlsJs from 'hls.js';
import type { ReceiveStats } from '../../client/receive-stats.js';
import {
  type HlsLayers,
  type HlsPlayer,
  type HlsPlayerOptions,
  NO_LAYERS,
} from '../player/hls-player.js';
import { RestartingHls } from '../player/restarting-hls.js';
import { noStats } from './no-stats.js';

const POLL_MS = 500;
/** The buffer lengths behind and ahead of the position, in seconds. */
const BACK_S = 60;
const AHEAD_S = 30;

/** Plays recordings with hls.js. Times are relative to the beginning of the recording. */
export class VodJsPlayer implements HlsPlayer {
  readonly layers = signal<HlsLayers>(NO_LAYERS);
  readonly stats = signal<ReceiveStats | null>(null);
  readonly #options: HlsPlayerOptions;
  readonly #run: RestartingHls;
  readonly #timer: ReturnType<typeof setInterval>;
  #pinned: number | null;
  /** The position at which the next instance starts. */
  #fromMs: number;

  constructor(options: HlsPlayerOptions) {
    this.#options = options;
    this.#pinned = options.pinned;
    this.#fromMs = options.fromMs ?? 0;
    this.#run = new RestartingHls(options, {
      config: () => ({
        startPosition: this.#fromMs / 1_000,
        backBufferLength: BACK_S,
        maxBufferLength: AHEAD_S,
      }),
      onLayers: () => {
        if (this.#pinned !== null) this.pinLayer(this.#pinned);
      },
      onRestarting: () => {
        // Until something is loaded, the element's position is 0, which may not be the start
        // position.
        const { currentTime } = options.video;
        if (currentTime > 0) this.#fromMs = currentTime * 1_000;
      },
      keepsTrying: false,
    });
    this.#timer = setInterval(() => this.#poll(), POLL_MS);
  }

  get arriving(): boolean {
    return this.#options.video.seeking;
  }

  seek(positionMs: number): void {
    this.#options.video.currentTime = positionMs / 1_000;
  }

  pinLayer(layer: number | null): void {
    this.#pinned = layer;
    const height = layer === null ? undefined : heightsOf(this.#run.hls)[layer];
    const index = this.#run.hls.levels.findIndex((level) => level.height === height);
    this.#run.hls.nextLevel = layer === null ? -1 : index;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#run.close();
  }

  #poll(): void {
    const { video } = this.#options;
    const hls = this.#run.hls;
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

/** Returns the available heights, lowest first. A layer is an index into them. */
function heightsOf({ levels }: HlsJs): number[] {
  return [...new Set(levels.map(({ height }) => height))].toSorted((a, b) => a - b);
}

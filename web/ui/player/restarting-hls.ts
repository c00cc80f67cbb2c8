import HlsJs, { type ErrorData, type HlsConfig } from 'hls.js';
import type { HlsPlayerOptions } from './hls-player.js';
import { HlsRetry } from './hls-retry.js';

const NOT_FOUND = 404;

const CONFIG: Partial<HlsConfig> = {
  // No media is transmuxed, so a worker would only add cost.
  enableWorker: false,
  // Without this, playback would start with several seconds in the lowest quality.
  abrEwmaDefaultEstimate: 3_000_000,
  audioPreference: { audioCodec: 'opus' },
};

/** The differences between live broadcasts and recordings. */
interface Differences {
  /** The rest of an instance's configuration. */
  config: () => Partial<HlsConfig>;
  /** Called with each instance before it loads. */
  onCreated?: (hls: HlsJs) => void;
  /** Called once an instance knows its layers. */
  onLayers: () => void;
  /** Called before an instance is replaced, while its position is still known. */
  onRestarting: () => void;
  /** Whether to keep restarting even after a playback failure has been reported. */
  keepsTrying: boolean;
}

/** Runs hls.js on an element, and replaces it with a new instance after a fatal error. */
export class RestartingHls {
  readonly #player: HlsPlayerOptions;
  readonly #differences: Differences;
  readonly #retry = new HlsRetry();
  #hls: HlsJs;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(player: HlsPlayerOptions, differences: Differences) {
    this.#player = player;
    this.#differences = differences;
    this.#hls = this.#create();
  }

  /** The current instance. */
  get hls(): HlsJs {
    return this.#hls;
  }

  /** Replaces the instance after a delay; a later call replaces an earlier one. */
  restart(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#hls.stopLoad();
    this.#timer = setTimeout(() => this.#replace(), delayMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#hls.destroy();
  }

  #create(): HlsJs {
    const { config, onCreated, onLayers } = this.#differences;
    const hls = new HlsJs({ ...CONFIG, ...config() });
    hls.on(HlsJs.Events.MANIFEST_PARSED, onLayers);
    hls.on(HlsJs.Events.ERROR, (_event, error) => this.#failed(hls, error));
    onCreated?.(hls);
    hls.attachMedia(this.#player.video);
    hls.loadSource(this.#player.url());
    return hls;
  }

  #failed(hls: HlsJs, { fatal, response }: ErrorData): void {
    if (!fatal || hls !== this.#hls) return;
    const { isOnline, onRefused, onFailed } = this.#player;
    if (response?.code === NOT_FOUND) onRefused();
    const { delayMs, isHopeless } = this.#retry.failed(performance.now(), isOnline());
    if (isHopeless && !this.#differences.keepsTrying) hls.stopLoad();
    else this.restart(delayMs);
    if (isHopeless) onFailed();
  }

  #replace(): void {
    const { video, onEmptying } = this.#player;
    // A video that has ended is also paused, but not by the user.
    const isPaused = video.paused && !video.ended;
    this.#differences.onRestarting();
    onEmptying();
    this.#hls.destroy();
    this.#hls = this.#create();
    if (!isPaused) video.play().catch(() => undefined);
  }
}

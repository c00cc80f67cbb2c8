import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ReceiveStats } from '../../client/receive-stats.js';
import type { HlsPlayer, HlsPlayerOptions } from '../player/hls-player.js';
import { type HlsWay, Playback } from '../player/playback.js';

/** The playback speeds. */
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;
/** Stalls shorter than this aren't reported, in ms. */
const WAIT_MS = 400;

export interface VodOptions {
  /** Returns the playlist's URL; called for each load. */
  url: () => string;
  durationMs: number;
  /** The start position, in ms. */
  fromMs: number;
  /**
   * The offset in the media at which playback begins; it ends `durationMs` later. If absent, all of
   * the media is played.
   */
  offsetMs?: number;
  /** Called when the server no longer accepts the URL. */
  onRefused: () => void;
}

/** Plays a recording or clip in the page's `<video>`, and controls position, seeking and speed. */
export class Vod {
  readonly playback: Playback;
  readonly positionMs = signal(0);
  /** The duration: the server's value until the media is loaded, and then the media's. */
  readonly durationMs = signal(0);
  /** Whether playback has reached the end. */
  readonly ended = signal(false);
  /** Whether playback is waiting for media. */
  readonly waiting = signal(true);
  readonly failed = signal(false);
  readonly speed = signal(1);
  /** Whether playback restarts at the end. */
  readonly loops = signal(false);
  /** The pinned layer; null if the layer is chosen by bandwidth. */
  readonly pinned = signal<number | null>(null);
  readonly layers: ReadonlySignal<{ count: number; current: number | null; pinned: number | null }>;
  readonly stats: ReadonlySignal<ReceiveStats | null>;
  readonly #options: VodOptions;
  #video: HTMLVideoElement | null = null;
  #off: (() => void) | undefined;
  #waitTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: VodOptions, { muted = false } = {}) {
    this.#options = options;
    this.durationMs.value = options.durationMs;
    this.positionMs.value = options.fromMs;
    this.playback = new Playback(
      {
        pinned: this.pinned,
        serverNow: () => null,
        isBehind: () => true,
        isOnline: () => navigator.onLine,
        onRefused: options.onRefused,
        onFailed: () => (this.failed.value = true),
        playerFor: vodPlayerFor,
      },
      { muted },
    );
    this.stats = computed(() => this.playback.hls.value?.stats.value ?? null);
    this.layers = computed(() => ({ count: 1, current: null, pinned: this.pinned.value }));
  }

  /** Attaches the page's video element; null detaches it. */
  attach(video: HTMLVideoElement | null): void {
    this.#off?.();
    this.#off = undefined;
    clearTimeout(this.#waitTimer);
    this.#video = video;
    this.playback.attach(video);
    if (!video) return;
    this.#off = this.#listen(video);
    this.#show();
  }

  close(): void {
    this.attach(null);
    this.playback.close();
  }

  /** Seeks to a position, in ms, within the duration. */
  seek(positionMs: number): void {
    const toMs = Math.max(0, Math.min(positionMs, this.durationMs.peek()));
    batch(() => {
      this.positionMs.value = toMs;
      this.ended.value = false;
    });
    // Media that isn't loaded yet will start at this position.
    this.playback.hls.peek()?.seek(toMs + this.#offsetMs);
  }

  skip(byMs: number): void {
    this.seek(this.positionMs.peek() + byMs);
  }

  togglePlay(): void {
    if (this.ended.peek()) {
      this.seek(0);
      this.playback.play();
    } else this.playback.togglePlay();
  }

  setSpeed(speed: number): void {
    this.speed.value = speed;
    this.#applySpeed();
  }

  /** Changes the speed by one step, unless it is already at the limit. */
  stepSpeed(by: 1 | -1): void {
    const index = SPEEDS.findIndex((speed) => speed === this.speed.peek());
    this.setSpeed(SPEEDS[index + by] ?? this.speed.peek());
  }

  pinLayer(layer: number | null): void {
    this.pinned.value = layer;
  }

  /** Reloads at the current position. */
  retry(): void {
    this.failed.value = false;
    this.playback.show(null);
    this.#show();
  }

  get #offsetMs(): number {
    return this.#options.offsetMs ?? 0;
  }

  #show(): void {
    const canScript = 'MediaSource' in globalThis || 'ManagedMediaSource' in globalThis;
    const { positionMs } = this;
    const offsetMs = this.#offsetMs;
    this.playback.show({
      way: canScript ? 'hls' : 'native',
      url: this.#options.url,
      // This is read once the player has loaded, because the user may seek until then.
      get fromMs() {
        return positionMs.peek() + offsetMs;
      },
    });
  }

  #applySpeed(): void {
    if (!this.#video) return;
    // The next media that is loaded starts at the default rate.
    this.#video.defaultPlaybackRate = this.speed.peek();
    this.#video.playbackRate = this.speed.peek();
  }

  #listen(video: HTMLVideoElement): () => void {
    const listeners: [string, () => void][] = [
      ['timeupdate', () => this.#moved(video)],
      ['seeking', () => this.#moved(video)],
      ['durationchange', () => this.#learnDuration(video)],
      ['loadedmetadata', () => this.#applySpeed()],
      ['waiting', () => this.#waits(true)],
      ['stalled', () => this.#waits(video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA)],
      ['playing', () => this.#waits(false)],
      ['canplay', () => this.#waits(false)],
      ['ended', () => this.#atEnd()],
    ];
    for (const [name, listener] of listeners) video.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) video.removeEventListener(name, listener);
    };
  }

  #moved(video: HTMLVideoElement): void {
    // An emptied element reports 0, which isn't a real position.
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING) return;
    const positionMs = video.currentTime * 1_000 - this.#offsetMs;
    const durationMs = this.durationMs.peek();
    batch(() => {
      this.positionMs.value = Math.max(0, Math.min(positionMs, durationMs));
      if (!video.ended && positionMs < durationMs) this.ended.value = false;
    });
    const isPast = this.#options.offsetMs !== undefined && positionMs >= durationMs;
    if (isPast && !video.seeking && !this.ended.peek()) this.#atEnd();
  }

  #learnDuration({ duration }: HTMLVideoElement): void {
    if (!Number.isFinite(duration) || duration <= 0) return;
    const availableMs = duration * 1_000 - this.#offsetMs;
    const { offsetMs, durationMs } = this.#options;
    this.durationMs.value =
      offsetMs === undefined ? availableMs : Math.min(durationMs, availableMs);
  }

  #waits(waits: boolean): void {
    clearTimeout(this.#waitTimer);
    if (!waits) this.waiting.value = false;
    else this.#waitTimer = setTimeout(() => (this.waiting.value = true), WAIT_MS);
  }

  #atEnd(): void {
    if (this.loops.peek()) {
      this.seek(0);
      this.playback.play();
      return;
    }
    this.#video?.pause();
    batch(() => {
      this.ended.value = true;
      this.playback.paused.value = true;
    });
  }
}

async function vodPlayerFor(way: HlsWay): Promise<new (options: HlsPlayerOptions) => HlsPlayer> {
  return way === 'native'
    ? (await import('./native-vod-player.js')).NativeVodPlayer
    : (await import('./vod-js-player.js')).VodJsPlayer;
}

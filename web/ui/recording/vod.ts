import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ReceiveStats } from '../../client/receive-stats.js';
import type { HlsPlayer, HlsPlayerOptions } from '../player/hls-player.js';
import { Playback } from '../player/playback.js';

/** How fast it can be played. */
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;
/** Shorter waits are no news, milliseconds. */
const WAIT_MS = 400;

export interface VodOptions {
  /** Its playlist; asked for again each time it is loaded. */
  url: () => string;
  durationMs: number;
  /** Where to begin, milliseconds. */
  fromMs: number;
  /** Of the media only the stretch from here on, for `durationMs`, is to be played; absent: all of it. */
  offsetMs?: number;
  /** The server does not give it any more under this address. */
  onRefused: () => void;
}

/** Something recorded in the page's `<video>`: where it is, where it goes, how fast. */
export class Vod {
  readonly playback: Playback;
  readonly positionMs = signal(0);
  /** As the server says until the media is there, then as that is. */
  readonly durationMs = signal(0);
  /** It stands at its end. */
  readonly ended = signal(false);
  /** It waits for media. */
  readonly waiting = signal(true);
  readonly failed = signal(false);
  readonly speed = signal(1);
  /** Begins again at the end. */
  readonly loops = signal(false);
  /** The layer that is held; null: the bandwidth chooses. */
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

  /** Takes the page's video element; null when it is taken down. */
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

  /** To a position, milliseconds; at the end it stands. */
  seek(positionMs: number): void {
    const toMs = Math.max(0, Math.min(positionMs, this.durationMs.peek()));
    batch(() => {
      this.positionMs.value = toMs;
      this.ended.value = false;
    });
    // What is not loaded yet begins there.
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

  /** One speed up or down, as far as there are any. */
  stepSpeed(by: 1 | -1): void {
    const index = SPEEDS.findIndex((speed) => speed === this.speed.peek());
    this.setSpeed(SPEEDS[index + by] ?? this.speed.peek());
  }

  pinLayer(layer: number | null): void {
    this.pinned.value = layer;
  }

  /** Loads it anew, where it was. */
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
      // Read when the player is there: until then one may have gone elsewhere.
      get fromMs() {
        return positionMs.peek() + offsetMs;
      },
    });
  }

  #applySpeed(): void {
    if (!this.#video) return;
    // What is loaded next begins with the default.
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
    // An element that was emptied stands at 0, which nobody went to.
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
    const thereMs = duration * 1_000 - this.#offsetMs;
    const { offsetMs, durationMs } = this.#options;
    this.durationMs.value = offsetMs === undefined ? thereMs : Math.min(durationMs, thereMs);
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

/** Loaded when it is needed: hls.js is larger than all the rest of the page. */
async function vodPlayerFor(
  way: 'hls' | 'native',
): Promise<new (options: HlsPlayerOptions) => HlsPlayer> {
  return way === 'hls'
    ? (await import('./vod-js-player.js')).VodJsPlayer
    : (await import('./native-vod-player.js')).NativeVodPlayer;
}

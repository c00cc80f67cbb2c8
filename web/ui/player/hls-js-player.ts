import { batch, signal } from '@preact/signals';
import HlsJs, { type HlsConfig, type Level } from 'hls.js';
import type { ReceiveStats, SharingFigures } from '../../client/receive-stats.js';
import { capturedMs, positionOf } from './hls-positions.js';
import {
  type HlsLayers,
  type HlsPlayerOptions,
  type HlsTimeline,
  type LiveHlsPlayer,
  NO_LAYERS,
} from './hls-player.js';
import { RateMeter } from './rate-meter.js';
import { RestartingHls } from './restarting-hls.js';

const LOOK_MS = 500;
/** The playback rate while catching up. The difference is inaudible. */
const HURRY = 1.08;
/** The player jumps if it is further than this behind its target, in seconds. */
const LATE_S = 2;
/** The minimum time between two jumps, so that the first one can take effect. */
const JUMP_AGAIN_MS = 5_000;

const CONFIG: Partial<HlsConfig> = {
  lowLatencyMode: true,
  maxLiveSyncPlaybackRate: HURRY,
  // Each stall moves the target back permanently by this many seconds.
  liveSyncOnStallIncrease: 0.1,
  backBufferLength: 30,
};
// Onair has no interstitials, and this controller would restart at the live edge if the media
// source opens after a rewind has begun. hls.js accepts undefined to disable the controller, but
// its types don't.
Reflect.set(CONFIG, 'interstitialsController', undefined);

/** How media is delivered if not as LL-HLS. */
export interface Delivery {
  /** The differences from the LL-HLS configuration. */
  config: Partial<HlsConfig>;
  /** Called with each instance of hls.js before it loads. */
  onCreated: (hls: HlsJs) => void;
  figures: () => SharingFigures | null;
  close: () => void;
}

/**
 * Plays LL-HLS with hls.js, and restarts after failures, at the end of a run, and when the server
 * restarts.
 */
export class HlsJsPlayer implements LiveHlsPlayer {
  readonly timeline = signal<HlsTimeline | null>(null);
  readonly layers = signal<HlsLayers>(NO_LAYERS);
  readonly stats = signal<ReceiveStats | null>(null);
  readonly #options: HlsPlayerOptions;
  readonly #delivery: Delivery | null;
  readonly #run: RestartingHls;
  readonly #bytes = new RateMeter();
  readonly #frames = new RateMeter();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #onEnded = (): void => this.#run.restart(0);
  #pinned: number | null;
  /** The start position, applied as soon as the timeline is known. */
  #fromMs: number | null;
  #jumpedMs = Number.NEGATIVE_INFINITY;

  /** @param delivery null for LL-HLS */
  constructor(options: HlsPlayerOptions, delivery: Delivery | null = null) {
    this.#options = options;
    this.#delivery = delivery;
    this.#pinned = options.pinned;
    this.#fromMs = options.fromMs;
    this.#run = new RestartingHls(options, {
      config: () => ({ ...CONFIG, ...delivery?.config }),
      onCreated: (hls) => {
        this.#listen(hls);
        delivery?.onCreated(hls);
      },
      onLayers: () => {
        if (this.#pinned !== null) this.pinLayer(this.#pinned);
      },
      onRestarting: () => {
        const { positionMs } = this.timeline.peek() ?? {};
        if (options.isBehind() && positionMs !== undefined) this.#fromMs = positionMs;
      },
      keepsTrying: true,
    });
    // This event means that the run has ended. The broadcast may continue in another run.
    options.video.addEventListener('ended', this.#onEnded);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get arriving(): boolean {
    return this.#fromMs !== null || this.#options.video.seeking;
  }

  seek(serverMs: number): void {
    const fragments = this.#run.hls.latestLevelDetails?.fragments ?? [];
    const position = positionOf(fragments, serverMs);
    const { video } = this.#options;
    if (position === null) this.#fromMs = serverMs;
    else if (video.readyState === HTMLMediaElement.HAVE_NOTHING) this.#run.hls.startLoad(position);
    else video.currentTime = position;
    this.#look();
  }

  goLive(): void {
    this.#fromMs = null;
    const { liveSyncPosition } = this.#run.hls;
    if (liveSyncPosition !== null) this.#options.video.currentTime = liveSyncPosition;
    this.#jumpedMs = performance.now();
    this.#look();
  }

  pinLayer(layer: number | null): void {
    this.#pinned = layer;
    const index = this.#run.hls.levels.findIndex((level) => layerOf(level) === layer);
    this.#run.hls.loadLevel = layer === null ? -1 : index;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#options.video.removeEventListener('ended', this.#onEnded);
    this.#options.video.playbackRate = 1;
    this.#run.close();
    this.#delivery?.close();
  }

  #listen(hls: HlsJs): void {
    hls.on(HlsJs.Events.LEVEL_UPDATED, () => {
      if (this.#fromMs === null) return;
      const serverMs = this.#fromMs;
      this.#fromMs = null;
      this.seek(serverMs);
    });
    hls.on(HlsJs.Events.FRAG_BUFFERED, (_event, { stats }) => this.#bytes.add(stats.loaded));
  }

  #look(): void {
    const hls = this.#run.hls;
    this.#catchUp(hls);
    const nowMs = performance.now();
    batch(() => {
      this.timeline.value = this.#timelineNow(hls) ?? this.timeline.peek();
      this.layers.value = layersOf(hls);
      this.stats.value = this.#statsNow(hls, nowMs);
    });
  }

  /** Jumps if playback is too far behind, because hls.js only speeds up slightly. */
  #catchUp(hls: HlsJs): void {
    const { video, isBehind } = this.#options;
    const behind = isBehind();
    hls.config.maxLiveSyncPlaybackRate = behind ? 1 : HURRY;
    if (behind || video.paused) return;
    const late = hls.latency - (hls.targetLatency ?? hls.latency) > LATE_S;
    if (late && performance.now() - this.#jumpedMs > JUMP_AGAIN_MS) this.goLive();
  }

  #timelineNow({ latestLevelDetails, liveSyncPosition, playingDate }: HlsJs): HlsTimeline | null {
    // While seeking, the current position is meaningless.
    if (this.arriving) return null;
    const fragments = latestLevelDetails?.fragments ?? [];
    const startMs = fragments[0]?.programDateTime ?? null;
    const liveMs = liveSyncPosition === null ? null : capturedMs(fragments, liveSyncPosition);
    if (startMs === null || liveMs === null || playingDate === null) return null;
    return { startMs, liveMs, positionMs: playingDate.getTime() };
  }

  #statsNow(hls: HlsJs, nowMs: number): ReceiveStats | null {
    const { video, serverNow } = this.#options;
    const { playingDate } = hls;
    const serverMs = serverNow();
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const frames = video.getVideoPlaybackQuality().totalVideoFrames;
    const sharing = this.#delivery?.figures();
    return {
      delayMs:
        playingDate && serverMs !== null ? Math.max(0, serverMs - playingDate.getTime()) : null,
      width: video.videoWidth,
      height: video.videoHeight,
      framesPerSecond: this.#frames.rate(frames, nowMs),
      bitrateBps: 8 * this.#bytes.rate(this.#bytes.total, nowMs),
      lossPercent: null,
      roundTripMs: null,
      jitterBufferMs: bufferedAhead(video) * 1_000,
      ...(sharing && { sharing }),
    };
  }
}

/** Returns the simulcast layer of a variant, parsed from its URL (`video-2.m3u8`). */
function layerOf({ uri }: Level): number | null {
  const [, layer] = /video-(\d+)\.m3u8/.exec(uri) ?? [];
  return layer === undefined ? null : Number(layer);
}

function layersOf({ levels, currentLevel }: HlsJs): HlsLayers {
  const heights = new Map<number, number>();
  for (const level of levels) {
    const layer = layerOf(level);
    if (layer !== null) heights.set(layer, level.height);
  }
  const current = levels[currentLevel];
  return { count: Math.max(1, heights.size), current: current ? layerOf(current) : null, heights };
}

function bufferedAhead({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index += 1)
    if (buffered.start(index) <= currentTime + 0.1 && buffered.end(index) > currentTime)
      return buffered.end(index) - currentTime;
  return 0;
}

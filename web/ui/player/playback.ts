import { effect, signal, type ReadonlySignal } from '@preact/signals';
import type { Source } from '../../client/viewer-state.js';
import { Frame } from './frame.js';
import type { HlsPlayer, HlsPlayerOptions } from './hls-player.js';
import { keepLoudness, readLoudness } from './volume-memory.js';

/**
 * The media that the browser refuses to play without a user gesture: nothing, only audio, or
 * everything.
 */
export type Refusal = 'none' | 'sound' | 'all';

const VOLUME_STEP = 0.05;
/** After this playback time without a frame, in seconds, a stream counts as audio only. */
const SETTLED_S = 1.5;

/** The ways that are HLS. */
export type HlsWay = Exclude<Source, { way: 'webrtc' }>['way'];

/** The options of an HLS player that the page provides. */
export type HlsContext<P extends HlsPlayer> = Pick<
  HlsPlayerOptions,
  'serverNow' | 'isBehind' | 'isOnline' | 'onRefused' | 'onFailed' | 'sharing'
> & {
  pinned: ReadonlySignal<number | null>;
  /** Loads the player for a way on demand, because hls.js is larger than the rest of the page. */
  playerFor: (way: HlsWay) => Promise<new (options: HlsPlayerOptions) => P>;
};

/** How long an ended source remains in the element, in milliseconds. */
const EMPTY_MS = 200;

/**
 * Plays the current source in one `<video>`, whichever path delivers it. Starts as soon as the
 * browser allows it, muted if necessary.
 */
export class Playback<P extends HlsPlayer = HlsPlayer> {
  readonly paused = signal(false);
  readonly muted = signal(false);
  readonly volume = signal(1);
  /** The media for which the browser requires a user gesture. */
  readonly refusal = signal<Refusal>('none');
  /** The visible frame. */
  readonly frame = new Frame();
  /** Whether there is audio but no video, because the camera is off. */
  readonly soundOnly = signal(false);
  readonly inPictureInPicture = signal(false);
  /** The HLS player, while HLS is used. */
  readonly hls: ReadonlySignal<P | null>;
  readonly canPictureInPicture = document.pictureInPictureEnabled;
  readonly #hls = signal<P | null>(null);
  readonly #context: HlsContext<P>;
  readonly #offPinned: () => void;
  #video: HTMLVideoElement | null = null;
  #source: Source | null = null;
  #off: (() => void) | undefined;
  /** Whether to start muted, whatever volume the user chose before. */
  readonly #startsMuted: boolean;

  constructor(context: HlsContext<P>, { muted = false } = {}) {
    this.hls = this.#hls;
    this.#context = context;
    this.#startsMuted = muted;
    this.#offPinned = effect(() => this.hls.value?.pinLayer(context.pinned.value));
  }

  /** Sets the page's video element; null when it is removed. */
  attach(video: HTMLVideoElement | null): void {
    this.#off?.();
    this.#off = undefined;
    this.#dropHls();
    this.#video = video;
    if (!video) return;
    const { volume, muted } = readLoudness();
    video.volume = volume;
    video.muted = muted || this.#startsMuted;
    this.#off = this.#listen(video);
    this.#readLoudness();
    if (this.#source) this.#load(video, this.#source);
  }

  /** The page's video element; null while there is none. */
  get element(): HTMLVideoElement | null {
    return this.#video;
  }

  /** Whether frames are arriving and one of them is shown. */
  get moving(): boolean {
    if (!this.frame.isThere.peek()) return false;
    if (this.#source?.way !== 'webrtc') return this.#video?.paused === false;
    const [track] = this.#source.stream.getVideoTracks();
    return track?.readyState === 'live' && !track.muted;
  }

  /** Switches to a source. The last frame remains until the new source has a frame. */
  show(source: Source | null): void {
    const before = this.#source;
    this.#source = source;
    const video = this.#video;
    if (!video || isSame(before, source)) return;
    if (!source) {
      // The page must first render what replaces the video.
      setTimeout(() => this.#source === null && this.#dropHls(), EMPTY_MS);
      return;
    }
    if (before && before.way !== source.way) this.frame.beginSwitch();
    this.#leaveFrame(video);
    this.#dropHls();
    this.#load(video, source);
  }

  close(): void {
    this.#offPinned();
    this.attach(null);
  }

  togglePlay(): void {
    if (this.paused.peek() || this.refusal.peek() === 'all') this.play();
    else this.#video?.pause();
  }

  /**
   * Resumes playback: at the live edge over WebRTC, or at the position where it was paused over
   * HLS.
   */
  play(): void {
    this.refusal.value = 'none';
    if (this.#video) void this.#play(this.#video);
  }

  toggleMuted(): void {
    const video = this.#video;
    if (!video) return;
    if (video.muted) this.unmute();
    else video.muted = true;
  }

  /**
   * Unmutes the video. Must be called in response to a user gesture, because the browser requires
   * one.
   */
  unmute(): void {
    const video = this.#video;
    if (!video) return;
    this.refusal.value = 'none';
    video.muted = false;
    if (video.volume === 0) video.volume = 0.5;
    if (video.paused && !this.paused.peek()) void this.#play(video);
  }

  /** Sets the volume, 0 to 1. The value 0 mutes the video, and all others unmute it. */
  setVolume(volume: number): void {
    const video = this.#video;
    if (!video) return;
    video.volume = Math.min(1, Math.max(0, volume));
    video.muted = video.volume === 0;
    if (!video.muted && this.refusal.peek() === 'sound') this.refusal.value = 'none';
  }

  louder(): void {
    this.setVolume(this.volume.peek() + VOLUME_STEP);
  }

  quieter(): void {
    this.setVolume(this.volume.peek() - VOLUME_STEP);
  }

  /** Toggles picture-in-picture. If the browser refuses, nothing changes. */
  togglePictureInPicture(): void {
    const video = this.#video;
    if (!video || !this.canPictureInPicture || !this.frame.isThere.peek()) return;
    const isOut = document.pictureInPictureElement === video;
    const done = isOut ? document.exitPictureInPicture() : video.requestPictureInPicture();
    done.catch(() => undefined);
  }

  async #play(video: HTMLVideoElement): Promise<void> {
    this.paused.value = false;
    try {
      await video.play();
      return;
    } catch (error) {
      if (!isRefusal(error)) return;
    }
    if (video.muted) {
      this.refusal.value = 'all';
      return;
    }
    // Audio requires a user gesture but muted video doesn't, so playback starts muted and a button
    // offers the sound.
    video.muted = true;
    this.refusal.value = 'sound';
    try {
      await video.play();
    } catch (error) {
      if (isRefusal(error)) this.refusal.value = 'all';
    }
  }

  #load(video: HTMLVideoElement, source: Source): void {
    if (source.way === 'webrtc') {
      video.srcObject = source.stream;
    } else {
      video.srcObject = null;
      void this.#loadHls(video, source);
    }
    // A paused player remains paused, whatever happens to the network.
    if (!this.paused.peek()) void this.#play(video);
  }

  async #loadHls(
    video: HTMLVideoElement,
    source: Exclude<Source, { way: 'webrtc' }>,
  ): Promise<void> {
    const { pinned, playerFor, ...context } = this.#context;
    try {
      const Player = await playerFor(source.way);
      if (this.#source !== source || this.#video !== video) return;
      this.#hls.value = new Player({
        ...context,
        ...source,
        video,
        pinned: pinned.peek(),
        onEmptying: () => this.#leaveFrame(video),
      });
    } catch {
      // The network failed after the page was loaded, or the browser supports less than it claims.
      if (this.#source === source) context.onFailed();
      return;
    }
    if (!this.paused.peek()) void this.#play(video);
  }

  #dropHls(): void {
    this.hls.peek()?.close();
    this.#hls.value = null;
  }

  #listen(video: HTMLVideoElement): () => void {
    const listeners: [string, () => void][] = [
      ['pause', () => this.#paused(video)],
      ['play', () => (this.paused.value = false)],
      ['timeupdate', () => this.#readTracks(video)],
      ['emptied', () => this.#leaveFrame(video)],
      ['volumechange', () => this.#readLoudness()],
      ['enterpictureinpicture', () => (this.inPictureInPicture.value = true)],
      ['leavepictureinpicture', () => (this.inPictureInPicture.value = false)],
    ];
    for (const [name, listener] of listeners) video.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) video.removeEventListener(name, listener);
    };
  }

  /** Marks the frame as gone until the source delivers one. */
  #leaveFrame(video: HTMLVideoElement): void {
    this.soundOnly.value = false;
    // While seeking back, the element may briefly show the live video.
    this.frame.leave(video, () => this.#video === video && !this.hls.peek()?.arriving);
  }

  /** Determines which tracks are playing. */
  #readTracks(video: HTMLVideoElement): void {
    // At the start, audio may arrive before video.
    const settled = video.currentTime > SETTLED_S;
    if (this.#source?.way !== 'webrtc') {
      const isPlaying = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
      this.soundOnly.value = settled && isPlaying && video.videoWidth === 0;
      return;
    }
    const live = this.#source.stream.getTracks().filter(({ readyState }) => readyState === 'live');
    this.soundOnly.value = settled && live.length > 0 && live.every(({ kind }) => kind === 'audio');
  }

  /**
   * Handles a pause. Streams that end and players that restart also cause pauses, which aren't the
   * user's choice.
   */
  #paused(video: HTMLVideoElement): void {
    const { srcObject } = video;
    const isWish =
      this.#source?.way === 'webrtc'
        ? srcObject instanceof MediaStream && srcObject.active
        : !video.ended && video.readyState > HTMLMediaElement.HAVE_NOTHING;
    if (isWish) this.paused.value = true;
  }

  #readLoudness(): void {
    const video = this.#video;
    if (!video) return;
    this.muted.value = video.muted;
    this.volume.value = video.volume;
    // If the video was muted because of the autoplay policy, that isn't the user's choice.
    if (this.refusal.peek() === 'none' || !video.muted) {
      keepLoudness({ volume: video.volume, muted: video.muted });
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}

function isSame(a: Source | null, b: Source | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.way === 'webrtc') return b.way === 'webrtc' && a.stream === b.stream;
  return b.way === a.way;
}

import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { keepLoudness, readLoudness } from './volume-memory.js';

/** A browser's refusal to play without a gesture: everything, or only sound. */
export type Refusal = 'none' | 'sound' | 'all';

const VOLUME_STEP = 0.05;
/** After so long, a stream without a picture is one that has none, seconds. */
const SETTLED_S = 1.5;

/** One `<video>` with a live stream in it: plays as soon as it may, with sound as soon as it may. */
export class Playback {
  readonly paused = signal(false);
  readonly muted = signal(false);
  readonly volume = signal(1);
  /** What the browser wants a press for. */
  readonly refusal = signal<Refusal>('none');
  /** A picture of the stream is there to be seen. */
  readonly hasFrame = signal(false);
  /** There was one since `forget`, of this stream or of one before. */
  readonly hadFrame = signal(false);
  /** There is sound and no picture: the camera is off. */
  readonly soundOnly = signal(false);
  readonly inPictureInPicture = signal(false);
  /** Watching what happens now, not a picture that stands still. */
  readonly atLiveEdge: ReadonlySignal<boolean> = computed(() => !this.paused.value);
  readonly canPictureInPicture = document.pictureInPictureEnabled;
  #video: HTMLVideoElement | null = null;
  #stream: MediaStream | null = null;
  #off: (() => void) | undefined;

  /** Takes the page's video element; null when it is taken down. */
  attach(video: HTMLVideoElement | null): void {
    this.#off?.();
    this.#off = undefined;
    this.#video = video;
    if (!video) return;
    const { volume, muted } = readLoudness();
    video.volume = volume;
    video.muted = muted;
    this.#off = this.#listen(video);
    this.#readLoudness();
    if (this.#stream) this.show(this.#stream);
  }

  /** The page's video element, while there is one. */
  get element(): HTMLVideoElement | null {
    return this.#video;
  }

  /** Pictures are coming in: what the element shows is one of them. */
  get moving(): boolean {
    const [track] = this.#stream?.getVideoTracks() ?? [];
    return this.hasFrame.peek() && track?.readyState === 'live' && !track.muted;
  }

  /** Shows a stream; the last frame stays until the next one has a frame. */
  show(stream: MediaStream | null): void {
    this.#stream = stream;
    const video = this.#video;
    if (!video || !stream || video.srcObject === stream) return;
    video.srcObject = stream;
    this.#awaitFrame(video, stream);
    // Somebody who paused wants it paused, whatever the network does.
    if (!this.paused.peek()) void this.#play(video);
  }

  /** What was on is over: its last picture is not to be shown again. */
  forget(): void {
    this.hadFrame.value = false;
  }

  togglePlay(): void {
    if (this.paused.peek() || this.refusal.peek() === 'all') this.goLive();
    else this.#video?.pause();
  }

  /** Plays on from what happens now. */
  goLive(): void {
    this.refusal.value = 'none';
    if (this.#video) void this.#play(this.#video);
  }

  toggleMuted(): void {
    const video = this.#video;
    if (!video) return;
    if (video.muted) this.unmute();
    else video.muted = true;
  }

  /** Must be called by a press: that is what the browser waits for. */
  unmute(): void {
    const video = this.#video;
    if (!video) return;
    this.refusal.value = 'none';
    video.muted = false;
    if (video.volume === 0) video.volume = 0.5;
    if (video.paused && !this.paused.peek()) void this.#play(video);
  }

  /** 0 to 1; silence is muted, and sound is not. */
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

  /** What the browser refuses stays as it is. */
  togglePictureInPicture(): void {
    const video = this.#video;
    if (!video || !this.canPictureInPicture || !this.hasFrame.peek()) return;
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
    // Sound needs a gesture. Muted video doesn't, so start with that and offer the sound.
    video.muted = true;
    this.refusal.value = 'sound';
    try {
      await video.play();
    } catch (error) {
      if (isRefusal(error)) this.refusal.value = 'all';
    }
  }

  #listen(video: HTMLVideoElement): () => void {
    const listeners: [string, () => void][] = [
      ['pause', () => this.#paused(video)],
      ['play', () => (this.paused.value = false)],
      ['timeupdate', () => this.#readTracks(video)],
      ['volumechange', () => this.#readLoudness()],
      ['enterpictureinpicture', () => (this.inPictureInPicture.value = true)],
      ['leavepictureinpicture', () => (this.inPictureInPicture.value = false)],
    ];
    for (const [name, listener] of listeners) video.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) video.removeEventListener(name, listener);
    };
  }

  /** Says when the stream's first picture is on the screen; until then there may be one before it. */
  #awaitFrame(video: HTMLVideoElement, stream: MediaStream): void {
    this.hasFrame.value = false;
    this.soundOnly.value = false;
    const seen = (): void => {
      if (this.#stream !== stream || this.#video !== video) return;
      this.hasFrame.value = true;
      this.hadFrame.value = true;
    };
    // The element's own events tell of sound as well, and its size is the last stream's for a while.
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(seen);
    else (video as HTMLVideoElement).addEventListener('timeupdate', seen, { once: true });
  }

  /** Time goes on: what does it go on with? */
  #readTracks(video: HTMLVideoElement): void {
    const live = this.#stream?.getTracks().filter(({ readyState }) => readyState === 'live') ?? [];
    // At the beginning the sound may be there before the picture.
    const settled = video.currentTime > SETTLED_S;
    this.soundOnly.value = settled && live.length > 0 && live.every(({ kind }) => kind === 'audio');
  }

  /** A stream that ended pauses by itself, which is nobody's wish. */
  #paused(video: HTMLVideoElement): void {
    const { srcObject } = video;
    if (srcObject instanceof MediaStream && srcObject.active) this.paused.value = true;
  }

  #readLoudness(): void {
    const video = this.#video;
    if (!video) return;
    this.muted.value = video.muted;
    this.volume.value = video.volume;
    // Muted by the browser's rule is not muted by choice.
    if (this.refusal.peek() === 'none' || !video.muted) {
      keepLoudness({ volume: video.volume, muted: video.muted });
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'NotAllowedError';
}

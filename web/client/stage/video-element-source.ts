import type { Picture } from '../capture/scene-painter.js';
import type { PictureSource } from './picture-source.js';

/** A track that a video element plays, for browsers without access to raw frames. */
export class VideoElementSource implements PictureSource {
  readonly #track: MediaStreamTrack;
  readonly #video = document.createElement('video');
  #version = 0;

  constructor(track: MediaStreamTrack) {
    this.#track = track;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([track]);
    // This rejects only if the element is closed before playback starts.
    this.#video.play().catch(() => undefined);
  }

  /** Increases at each read, because a hidden tab isn't notified of new frames. */
  get version(): number {
    this.#version += 1;
    return this.#version;
  }

  picture(): Picture | null {
    const { videoWidth: width, videoHeight: height } = this.#video;
    // Otherwise, the last frame of an ended or muted track would remain.
    const isShown = this.#track.readyState === 'live' && !this.#track.muted;
    return isShown && width > 0 && height > 0 ? { image: this.#video, width, height } : null;
  }

  close(): void {
    this.#video.srcObject = null;
  }
}

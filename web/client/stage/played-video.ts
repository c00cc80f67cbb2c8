import { type ReadonlySignal, signal } from '@preact/signals-core';

/** The state of a video's playback. */
export type Playback = {
  readonly isPlaying: boolean;
  readonly positionMs: number;
  /** Null if the file doesn't contain its duration, as with some recorders. */
  readonly durationMs: number | null;
};

type Capturing = HTMLVideoElement & { captureStream?: () => MediaStream };

/**
 * A video file that plays into two tracks, even in a hidden tab. Its sound isn't played on this
 * device; to hear it, play {@link audio}.
 */
export class PlayedVideo {
  readonly #element: HTMLVideoElement;
  readonly #captured: MediaStream;
  readonly #source: MediaElementAudioSourceNode;
  readonly #gain: GainNode;
  readonly #output: MediaStreamAudioDestinationNode;
  readonly #playback = signal<Playback>({ isPlaying: false, positionMs: 0, durationMs: null });
  readonly #events = new AbortController();

  /** Whether this browser can capture a playing video as a track. */
  static get supported(): boolean {
    return 'captureStream' in HTMLMediaElement.prototype;
  }

  /**
   * Opens a file, and shows its first frame.
   * @throws Error if this browser can't play it
   */
  static async open(context: AudioContext, file: Blob): Promise<PlayedVideo> {
    const element = document.createElement('video');
    element.playsInline = true;
    element.preload = 'auto';
    element.src = URL.createObjectURL(file);
    try {
      await loaded(element);
      return new PlayedVideo(context, element);
    } catch (error) {
      release(element);
      throw error;
    }
  }

  private constructor(context: AudioContext, element: Capturing) {
    const captured = element.captureStream?.();
    if (!captured || captured.getVideoTracks().length === 0)
      throw new Error('the file has no video track');
    this.#element = element;
    this.#captured = captured;
    this.#source = context.createMediaElementSource(element);
    this.#gain = context.createGain();
    this.#output = context.createMediaStreamDestination();
    this.#source.connect(this.#gain).connect(this.#output);
    for (const name of ['play', 'pause', 'timeupdate', 'durationchange', 'seeked', 'ended'])
      element.addEventListener(name, () => this.#read(), { signal: this.#events.signal });
    this.#read();
  }

  /** The video track. It ends when the video ends, after which the file can't be played again. */
  get video(): MediaStreamTrack {
    return this.#captured.getVideoTracks()[0] ?? missing();
  }

  /** The audio track, at the volume set by {@link setVolume}; silent if the file has no audio. */
  get audio(): MediaStreamTrack {
    return this.#output.stream.getAudioTracks()[0] ?? missing();
  }

  get playback(): ReadonlySignal<Playback> {
    return this.#playback;
  }

  /** Calls back when the video ends. A repeating video doesn't end. */
  onEnded(run: () => void): void {
    this.#element.addEventListener('ended', run, { signal: this.#events.signal });
  }

  /** Plays from the current position. Rejects if the browser refuses to play. */
  async play(): Promise<void> {
    await this.#element.play();
  }

  pause(): void {
    this.#element.pause();
  }

  /** Returns to the beginning; a playing video continues from there. */
  restart(): void {
    this.#element.currentTime = 0;
  }

  /** Sets whether the video starts again when it reaches its end. */
  setRepeating(isRepeating: boolean): void {
    this.#element.loop = isRepeating;
  }

  /** @param volume 0 to 1 */
  setVolume(volume: number): void {
    this.#gain.gain.setTargetAtTime(volume, this.#gain.context.currentTime, RAMP_S);
  }

  /** Ends both tracks and releases the file. */
  close(): void {
    this.#events.abort();
    for (const track of [...this.#captured.getTracks(), this.audio]) track.stop();
    this.#source.disconnect();
    this.#gain.disconnect();
    release(this.#element);
  }

  #read(): void {
    const { paused, ended, currentTime, duration } = this.#element;
    this.#playback.value = {
      isPlaying: !paused && !ended,
      positionMs: currentTime * 1_000,
      durationMs: Number.isFinite(duration) ? duration * 1_000 : null,
    };
  }
}

/** The time constant of volume changes, in seconds. */
const RAMP_S = 0.015;

/** Resolves when the first frame is decoded. */
function loaded(element: HTMLVideoElement): Promise<void> {
  return new Promise((resolve, reject) => {
    element.addEventListener('loadeddata', () => resolve(), { once: true });
    element.addEventListener('error', () => reject(new Error(element.error?.message)), {
      once: true,
    });
  });
}

function release(element: HTMLVideoElement): void {
  element.pause();
  URL.revokeObjectURL(element.src);
  element.removeAttribute('src');
  element.load();
}

function missing(): never {
  throw new Error('the stream has no such track');
}

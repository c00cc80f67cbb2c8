import { type ReadonlySignal, signal } from '@preact/signals-core';

/** Where the playback of a video is. */
export type Playback = {
  readonly isPlaying: boolean;
  readonly positionMs: number;
  /** Null if the file doesn't say how long it is, as some recorders' files don't. */
  readonly durationMs: number | null;
};

type Capturing = HTMLVideoElement & { captureStream?: () => MediaStream };

/**
 * A video file that plays into two tracks, in a hidden tab too. Its sound isn't played to the user
 * and doesn't reach the page's output; whoever should hear it plays {@link audio}.
 */
export class PlayedVideo {
  readonly #element: HTMLVideoElement;
  readonly #captured: MediaStream;
  readonly #source: MediaElementAudioSourceNode;
  readonly #gain: GainNode;
  readonly #output: MediaStreamAudioDestinationNode;
  readonly #playback = signal<Playback>({ isPlaying: false, positionMs: 0, durationMs: null });
  readonly #events = new AbortController();

  /** Whether this browser can turn a playing video into a track. */
  static get supported(): boolean {
    return 'captureStream' in HTMLMediaElement.prototype;
  }

  /**
   * Opens a file at its first frame.
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
    if (!captured || captured.getVideoTracks().length === 0) throw new Error('it has no picture');
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

  /** The picture. It ends when the video has ended, after which nothing can be played again. */
  get video(): MediaStreamTrack {
    return this.#captured.getVideoTracks()[0] ?? missing();
  }

  /** The sound at the volume of {@link setVolume}; silence if the file has none. */
  get audio(): MediaStreamTrack {
    return this.#output.stream.getAudioTracks()[0] ?? missing();
  }

  get playback(): ReadonlySignal<Playback> {
    return this.#playback;
  }

  /** Calls back when the video has reached its end, which it doesn't while it repeats. */
  onEnded(run: () => void): void {
    this.#element.addEventListener('ended', run, { signal: this.#events.signal });
  }

  /** Plays from the current position. Rejects if the browser refuses to. */
  async play(): Promise<void> {
    await this.#element.play();
  }

  pause(): void {
    this.#element.pause();
  }

  /** Returns to the beginning; a playing video plays on from there. */
  restart(): void {
    this.#element.currentTime = 0;
  }

  /** Sets whether the video begins again when it reaches its end. */
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

/** The time constant of a change of volume, in seconds. */
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
  throw new Error('a stream lost its track');
}

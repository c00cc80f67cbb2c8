import { type ReadonlySignal, signal } from '@preact/signals-core';
import { type CaptureProblem, captureProblemOf } from './capture-problem.js';

/** The state of screen sharing. */
export type ScreenState =
  | { readonly name: 'off' }
  | { readonly name: 'asking' }
  | {
      readonly name: 'on';
      readonly video: MediaStreamTrack;
      /** The screen's or tab's audio, where the browser provides it. */
      readonly audio: MediaStreamTrack | null;
    };

/** The dependencies of a {@link ScreenSource}. */
export interface ScreenSourceOptions {
  /** The browser's media devices; undefined on an insecure page. */
  readonly media: MediaDevices | undefined;
  readonly secure: boolean;
  readonly options: () => DisplayMediaStreamOptions;
  /** Called when the user stops sharing in the browser, or the shared window is closed. */
  readonly onStopped: () => void;
}

/** A shared screen, window or tab. */
export class ScreenSource {
  readonly #options: ScreenSourceOptions;
  readonly #state = signal<ScreenState>({ name: 'off' });

  constructor(options: ScreenSourceOptions) {
    this.#options = options;
  }

  get state(): ReadonlySignal<ScreenState> {
    return this.#state;
  }

  /** False on phones, where a page cannot share the screen. */
  get supported(): boolean {
    return typeof this.#options.media?.getDisplayMedia === 'function';
  }

  /**
   * Lets the user choose what to share. Resolves to the reason if nothing is shared, otherwise to
   * null.
   */
  async start(): Promise<CaptureProblem | null> {
    if (this.#state.value.name !== 'off') return null;
    this.#state.value = { name: 'asking' };
    try {
      const { media, options } = this.#options;
      if (media === undefined) throw new TypeError('mediaDevices is missing');
      this.#share(await media.getDisplayMedia(options()));
      return null;
    } catch (error) {
      this.#state.value = { name: 'off' };
      return captureProblemOf(error, 'screen', this.#options);
    }
  }

  stop(): void {
    const state = this.#state.value;
    if (state.name !== 'on') return;
    state.video.stop();
    state.audio?.stop();
    this.#state.value = { name: 'off' };
  }

  #share(stream: MediaStream): void {
    const video = stream.getVideoTracks()[0];
    if (video === undefined) throw new DOMException('no track', 'NotFoundError');
    // This keeps text sharp: the encoder lowers the frame rate rather than the resolution.
    video.contentHint = 'detail';
    video.addEventListener('ended', () => {
      const state = this.#state.value;
      if (state.name !== 'on' || state.video !== video) return;
      this.stop();
      this.#options.onStopped();
    });
    this.#state.value = { name: 'on', video, audio: stream.getAudioTracks()[0] ?? null };
  }
}

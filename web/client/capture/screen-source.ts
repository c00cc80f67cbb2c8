import { type ReadonlySignal, signal } from '@preact/signals-core';
import { type CaptureProblem, captureProblemOf } from './capture-problem.js';

/** What the screen share is doing. */
export type ScreenState =
  | { readonly name: 'off' }
  | { readonly name: 'asking' }
  | {
      readonly name: 'on';
      readonly video: MediaStreamTrack;
      /** The screen's or tab's sound, where the browser gives it. */
      readonly audio: MediaStreamTrack | null;
    };

/** Everything a {@link ScreenSource} needs. */
export interface ScreenSourceOptions {
  /** Undefined on an insecure page. */
  readonly media: MediaDevices | undefined;
  readonly secure: boolean;
  readonly options: () => DisplayMediaStreamOptions;
  /** Sharing ended by the browser's own "Stop sharing", or the shared window was closed. */
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

  /** False on phones, which can't share their screen from a page. */
  get supported(): boolean {
    return typeof this.#options.media?.getDisplayMedia === 'function';
  }

  /** Lets the person choose what to share. Resolves with why nothing is shared, or with null. */
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
    // Text has to stay sharp; the encoder then lowers the frame rate before the resolution.
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

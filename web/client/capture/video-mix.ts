import { computed, effect, type ReadonlySignal, signal } from '@preact/signals-core';
import type { CaptureChoices, Corner } from './capture-settings.js';
import type { Compositor } from './compositor.js';
import { createCompositor } from './create-compositor.js';
import type { SourceState } from './device-source.js';
import type { ScreenState } from './screen-source.js';

/** The sources that viewers see. */
export type Scene = 'nothing' | 'camera' | 'screen' | 'beside';

/** The inputs of a {@link VideoMix}. */
export interface VideoMixInputs {
  readonly camera: ReadonlySignal<SourceState>;
  readonly screen: ReadonlySignal<ScreenState>;
  readonly choices: ReadonlySignal<CaptureChoices>;
}

/**
 * Mixes camera and screen into one video track, which is either one of them unchanged or a
 * composition of both.
 */
export class VideoMix {
  readonly #inputs: VideoMixInputs;
  readonly #track = signal<MediaStreamTrack | null>(null);
  readonly #held = signal(false);
  readonly #stop: () => void;
  // This depends only on the layout, because moving the camera to another corner must not restart
  // the compositor.
  readonly #layout = computed(() => this.#inputs.choices.value.screenLayout);
  #composed: { readonly screen: MediaStreamTrack; readonly compositor: Compositor } | null = null;

  /** The sources that viewers currently see. */
  readonly scene: ReadonlySignal<Scene> = computed(() => {
    const hasCamera = this.#inputs.camera.value.name === 'on';
    if (this.#inputs.screen.value.name !== 'on') return hasCamera ? 'camera' : 'nothing';
    return hasCamera && this.#layout.value === 'beside' ? 'beside' : 'screen';
  });

  constructor(inputs: VideoMixInputs) {
    this.#inputs = inputs;
    this.#stop = effect(() => {
      const { camera, screen } = inputs;
      if (this.#held.value) {
        this.#dropCompositor();
        this.#track.value = null;
        return;
      }
      const cameraTrack = camera.value.name === 'on' ? camera.value.track : null;
      const screenTrack = screen.value.name === 'on' ? screen.value.video : null;
      this.#track.value = this.#mix({ camera: cameraTrack, screen: screenTrack });
    });
  }

  /** The video track to publish; null if there is none. */
  get track(): ReadonlySignal<MediaStreamTrack | null> {
    return this.#track;
  }

  /** Stops mixing while something else is published, such as the programme of a stage. */
  setHeld(held: boolean): void {
    this.#held.value = held;
  }

  /** Moves the camera to another corner of the screen. */
  setCorner(corner: Corner): void {
    this.#composed?.compositor.setCorner(corner);
  }

  close(): void {
    this.#stop();
    this.#dropCompositor();
  }

  #mix({
    camera,
    screen,
  }: {
    camera: MediaStreamTrack | null;
    screen: MediaStreamTrack | null;
  }): MediaStreamTrack | null {
    if (screen !== null && camera !== null && this.#layout.value === 'beside') {
      return this.#compose(screen, camera).track;
    }
    this.#dropCompositor();
    return screen ?? camera;
  }

  #compose(screen: MediaStreamTrack, camera: MediaStreamTrack): Compositor {
    if (this.#composed?.screen === screen) {
      this.#composed.compositor.setCamera(camera);
      return this.#composed.compositor;
    }
    this.#dropCompositor();
    const { corner, settings } = this.#inputs.choices.peek();
    const compositor = createCompositor({ screen, camera, corner, frameRate: settings.frameRate });
    this.#composed = { screen, compositor };
    return compositor;
  }

  #dropCompositor(): void {
    this.#composed?.compositor.close();
    this.#composed = null;
  }
}

import { computed, effect, type ReadonlySignal, signal } from '@preact/signals-core';
import { AudioMixer } from './audio-mixer.js';
import type { SourceState } from './device-source.js';
import type { ScreenState } from './screen-source.js';

/** The inputs of a {@link SoundMix}. */
export interface SoundMixInputs {
  readonly context: AudioContext;
  readonly microphone: ReadonlySignal<SourceState>;
  readonly screen: ReadonlySignal<ScreenState>;
}

/**
 * Mixes microphone and screen into one audio track. A microphone alone is passed through unchanged,
 * which avoids the latency of Web Audio and works even if Web Audio isn't running.
 */
export class SoundMix {
  readonly #inputs: SoundMixInputs;
  readonly #muted = signal(false);
  readonly #track = signal<MediaStreamTrack | null>(null);
  readonly #stops: (() => void)[];
  readonly #microphone = computed(() => {
    const state = this.#inputs.microphone.value;
    return state.name === 'on' ? state.track : null;
  });
  readonly #screen = computed(() => {
    const state = this.#inputs.screen.value;
    return state.name === 'on' ? state.audio : null;
  });
  #mixer: AudioMixer | null = null;

  /** True when nothing is audible: the microphone is muted, and no shared screen has audio. */
  readonly silent: ReadonlySignal<boolean> = computed(
    () => this.#muted.value && this.#screen.value === null,
  );

  constructor(inputs: SoundMixInputs) {
    this.#inputs = inputs;
    this.#stops = [effect(() => this.#mix()), effect(() => this.applyMute())];
  }

  /** The audio track to publish; null if there is none. */
  get track(): ReadonlySignal<MediaStreamTrack | null> {
    return this.#track;
  }

  /** Whether the microphone is muted. */
  get muted(): ReadonlySignal<boolean> {
    return this.#muted;
  }

  setMuted(muted: boolean): void {
    this.#muted.value = muted;
  }

  /**
   * Applies {@link muted} to the microphone. Must be called again after something else has enabled
   * or disabled the track.
   */
  applyMute(): void {
    const microphone = this.#microphone.value;
    if (microphone !== null) microphone.enabled = !this.#muted.value;
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#mixer?.close();
    this.#mixer = null;
  }

  #mix(): void {
    const microphone = this.#microphone.value;
    const screen = this.#screen.value;
    const old = this.#mixer;
    this.#mixer =
      microphone !== null && screen !== null
        ? new AudioMixer(this.#inputs.context, [microphone, screen])
        : null;
    this.#track.value = this.#mixer?.track ?? microphone ?? screen;
    old?.close();
  }
}

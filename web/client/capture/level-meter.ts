import { type ReadonlySignal, signal } from '@preact/signals-core';
import { type AudioLevel, audioLevelOf, HEARD_DB } from './audio-level.js';

const SILENT: AudioLevel = { rmsDb: Number.NEGATIVE_INFINITY, peakDb: Number.NEGATIVE_INFINITY };
/** The interval between checks for a voice, in milliseconds. */
const LISTEN_MS = 150;
/** How long a person still counts as speaking after the last sound, in milliseconds. */
const VOICE_HOLD_MS = 1_200;

/**
 * Measures a clone of the microphone track, so that a voice is detected even while the published
 * track is muted.
 */
export class LevelMeter {
  readonly #context: AudioContext;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #heard = signal(false);
  readonly #speaking = signal(false);
  #source: MediaStreamAudioSourceNode | null = null;
  #clone: MediaStreamTrack | null = null;
  #lastVoiceMs = Number.NEGATIVE_INFINITY;

  constructor(context: AudioContext) {
    this.#context = context;
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#timer = setInterval(() => this.#listen(), LISTEN_MS);
  }

  /** True once a voice has been detected on this microphone. */
  get heard(): ReadonlySignal<boolean> {
    return this.#heard;
  }

  /** True while a voice is detected, muted or not. */
  get speaking(): ReadonlySignal<boolean> {
    return this.#speaking;
  }

  /** Switches to another microphone, or to none. */
  listenTo(track: MediaStreamTrack | null): void {
    this.#detach();
    this.#heard.value = false;
    this.#speaking.value = false;
    if (track === null) return;
    this.#clone = track.clone();
    this.#clone.enabled = true;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([this.#clone]));
    this.#source.connect(this.#analyser);
  }

  /** Returns the current level. */
  read(): AudioLevel {
    if (this.#source === null) return SILENT;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return audioLevelOf(this.#samples);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#detach();
    this.#analyser.disconnect();
  }

  #listen(): void {
    const nowMs = performance.now();
    if (this.read().rmsDb > HEARD_DB) {
      this.#lastVoiceMs = nowMs;
      this.#heard.value = true;
    }
    this.#speaking.value = nowMs - this.#lastVoiceMs < VOICE_HOLD_MS;
  }

  #detach(): void {
    this.#source?.disconnect();
    this.#source = null;
    this.#clone?.stop();
    this.#clone = null;
    this.#lastVoiceMs = Number.NEGATIVE_INFINITY;
  }
}

import { type AudioLevel, audioLevelOf } from '../capture/audio-level.js';

/**
 * The time constant of volume changes, in seconds. It is short, but long enough to avoid clicks.
 */
const RAMP_S = 0.015;
/**
 * How far ahead a change is scheduled, in seconds. If the renderer had already passed its start,
 * the change would begin with a jump.
 */
const AHEAD_S = 0.03;
/** The time in milliseconds after which a sound that fades out is inaudible. */
const FADED_MS = 200;

/** One sound of the mix: its source, a meter, and its volume. */
export class SoundChannel {
  readonly #context: AudioContext;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #meter: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;
  readonly #gain: GainNode;

  /** The channel is silent until {@link fadeTo}. */
  constructor(context: AudioContext, track: MediaStreamTrack) {
    this.#context = context;
    this.#source = context.createMediaStreamSource(new MediaStream([track]));
    this.#meter = context.createAnalyser();
    this.#meter.fftSize = 1024;
    this.#samples = new Float32Array(this.#meter.fftSize);
    this.#gain = context.createGain();
    this.#gain.gain.value = 0;
    this.#source.connect(this.#meter);
    this.#source.connect(this.#gain);
  }

  connect(destination: AudioNode): void {
    this.#gain.connect(destination);
  }

  fadeTo(gain: number): void {
    this.#gain.gain.setTargetAtTime(gain, this.#context.currentTime + AHEAD_S, RAMP_S);
  }

  /** Returns the current level of the source. */
  level(): AudioLevel {
    this.#meter.getFloatTimeDomainData(this.#samples);
    return audioLevelOf(this.#samples);
  }

  /** Fades out and releases the track. */
  close(): void {
    this.fadeTo(0);
    setTimeout(() => {
      this.#source.disconnect();
      this.#gain.disconnect();
    }, FADED_MS);
  }
}

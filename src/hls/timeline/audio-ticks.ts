import { AUDIO_TIMESCALE, VIDEO_TIMESCALE } from '../../media/codecs/codec-config.js';

/** Converts positions on a run's timeline between 90 kHz and the samples of its audio. */
export class AudioTicks {
  readonly #perS: number;

  /** @param perS the sample rate */
  constructor(perS: number) {
    this.#perS = perS;
  }

  /** Returns the first audio tick not before a video tick. */
  at(videoTicks: number): number {
    return Math.ceil((videoTicks * this.#perS) / VIDEO_TIMESCALE);
  }

  /** Returns the last audio tick not after a video tick. */
  before(videoTicks: number): number {
    return Math.floor((videoTicks * this.#perS) / VIDEO_TIMESCALE);
  }

  /** Returns the video tick at an audio tick, or just after it. */
  videoAt(audioTicks: number): number {
    return Math.ceil((audioTicks * VIDEO_TIMESCALE) / this.#perS);
  }

  /** Returns a video tick for which {@link at} is not after this audio tick. */
  videoBefore(audioTicks: number): number {
    return Math.floor((audioTicks * VIDEO_TIMESCALE) / this.#perS);
  }

  /** Converts a capture time, which is in 48 kHz ticks whatever the sample rate. */
  ofCapture(captureTicks: number): number {
    return Math.round((captureTicks * this.#perS) / AUDIO_TIMESCALE);
  }

  ms(audioTicks: number): number {
    return (audioTicks * 1_000) / this.#perS;
  }
}

import type { SampleKinds, TimedSample } from '../broadcast/ports/samples.js';

/** The maximum time for which samples of one kind wait for the other kind. */
const WAIT_MAX_MS = 4_000;

/**
 * Orders the samples of both kinds by time, as receivers expect. Holds back at most four seconds of
 * media.
 */
export class Interleaver {
  #video: TimedSample[] = [];
  #audio: TimedSample[] = [];

  /** Adds a sample and returns those whose turn has come. */
  push(sample: TimedSample, { video, audio }: SampleKinds): TimedSample[] {
    (sample.kind === 'video' ? this.#video : this.#audio).push(sample);
    const due: TimedSample[] = [];
    for (;;) {
      const [picture] = this.#video;
      const [sound] = this.#audio;
      const next = earlier(picture, sound);
      if (!next) return due;
      const isSure = (picture || !video) && (sound || !audio);
      if (!isSure && this.#newestMs - next.timeMs <= WAIT_MAX_MS) return due;
      (next === picture ? this.#video : this.#audio).shift();
      due.push(next);
    }
  }

  clear(): void {
    this.#video = [];
    this.#audio = [];
  }

  get #newestMs(): number {
    return Math.max(
      this.#video.at(-1)?.timeMs ?? -Infinity,
      this.#audio.at(-1)?.timeMs ?? -Infinity,
    );
  }
}

function earlier(a: TimedSample | undefined, b: TimedSample | undefined): TimedSample | undefined {
  if (!a || !b) return a ?? b;
  return a.timeMs <= b.timeMs ? a : b;
}

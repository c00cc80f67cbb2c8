import type { CodecConfig } from '../../media/codecs/codec-config.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { SampleListener } from '../segmenter/segmenter-types.js';
import type { BroadcastSamples } from './broadcast-samples.js';

type Rendition = Readonly<{
  kind: 'video' | 'audio';
  timescale: number;
  /** The current configuration; null before the first. */
  config: () => CodecConfig | null;
}>;

/**
 * Passes on the samples of one run's renditions, with times that continue those of earlier runs.
 */
export class RunSamples {
  readonly #broadcast: BroadcastSamples;
  /** The offset from the run's timeline to the broadcast's; null before the first segment. */
  #offsetMs: number | null = null;

  constructor(broadcast: BroadcastSamples) {
    this.#broadcast = broadcast;
  }

  /** Returns a listener for the samples of one of the run's renditions. */
  listener({ kind, timescale, config: configNow }: Rendition): SampleListener {
    const msOf = (ticks: number): number => (ticks / timescale) * 1_000;
    const pass = (ticks: number, sample: Sample, config: CodecConfig): void => {
      if (this.#offsetMs === null) return;
      const { data, keyFrame, compositionTicks = 0 } = sample;
      const timeMs = msOf(ticks) + this.#offsetMs;
      this.#broadcast.push({
        kind,
        timeMs,
        compositionMs: msOf(compositionTicks),
        keyFrame,
        data,
        config,
      });
    };
    return {
      startSegment: ({ wallMs }, baseTicks) => {
        this.#offsetMs ??= this.#broadcast.beginRun(wallMs) - msOf(baseTicks);
      },
      addPart: (baseTicks, samples) => {
        const config = configNow();
        if (config === null || !this.#broadcast.isWanted) return;
        let ticks = baseTicks;
        for (const sample of samples) {
          pass(ticks, sample, config);
          ticks += sample.durationTicks;
        }
      },
      endSegment: () => undefined,
      end: () => undefined,
    };
  }
}

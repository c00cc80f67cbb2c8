import type { VideoConfig } from '../media/codecs/codec-config.js';
import { VIDEO_TIMESCALE } from '../media/codecs/codec-config.js';
import type { Ladder } from './ladder/ladder.js';
import type { BroadcastLadder } from './ladder/broadcast-ladder.js';
import type { AbandoningWriter } from './ladder/ladder-rendition.js';
import type { Rendition } from './run/rendition.js';
import type { Run } from './run/run.js';
import type { RunSamples } from './samples/run-samples.js';
import type { SampleListener } from './segmenter/segmenter-types.js';
import type { RenditionId } from './timeline/rendition-writer.js';
import { untilTheRunEnds } from './until-the-run-ends.js';

type Options = Readonly<{
  run: Run;
  /** The number of layers that the publisher sends. */
  layers: number;
  /** Null if nothing is transcoded. */
  ladder: BroadcastLadder | null;
  /** The publisher's video configuration if its single layer can be transcoded, otherwise null. */
  source: VideoConfig | null;
  samples: RunSamples;
}>;

/**
 * Creates a run's video renditions: the publisher's layers, or a single layer and the
 * lower-resolution renditions made from it. Like layers, renditions are numbered from the lowest.
 */
export class VideoRenditions {
  /** Receives the best layer; null without video. */
  readonly listener: SampleListener | null;
  readonly #ladder: Ladder | null;
  /** The number of renditions below the publisher's lowest layer. */
  readonly #below: number;

  constructor({ run, layers, ladder, source, samples }: Options) {
    const steps = ladder?.plan(source) ?? [];
    this.#below = steps.length;
    for (let layer = layers + steps.length - 1; layer >= 0; layer -= 1)
      run.rendition(`video-${layer}`, { kind: 'video', layer });
    const best = run.find(`video-${layers + steps.length - 1}`)?.rendition;
    const configNow = () => (best ? videoConfigOf(best) : null);
    const writers = steps.flatMap(({ name }, place): [string, AbandoningWriter][] => {
      const made = run.find(`video-${steps.length - 1 - place}`)?.rendition;
      return made ? [[name, abandoning(made)]] : [];
    });
    const isMade = ladder !== null && writers.length > 0;
    this.#ladder = isMade ? ladder.open(new Map(writers), configNow) : null;
    const own = samples.listener({ kind: 'video', timescale: VIDEO_TIMESCALE, config: configNow });
    if (!best) this.listener = null;
    else this.listener = this.#ladder ? inTurn(own, this.#ladder) : own;
  }

  /** Resolves when the transcoded renditions have ended, slightly after the others. */
  get ended(): Promise<void> {
    return this.#ladder?.ended ?? Promise.resolve();
  }

  /** Returns the id of the rendition that the segmenter knows by the given id. */
  idOf(id: RenditionId): RenditionId {
    const [, layer] = /^video-(\d+)$/.exec(id) ?? [];
    return layer === undefined ? id : `video-${Number(layer) + this.#below}`;
  }

  /** Stops at once. Safe to call twice. */
  close(): void {
    this.#ladder?.close();
  }
}

function videoConfigOf({ config }: Rendition): VideoConfig | null {
  return config?.kind === 'video' ? config : null;
}

const abandoning = (rendition: Rendition): AbandoningWriter => ({
  ...untilTheRunEnds(rendition),
  abandonSegment: (durationS) => rendition.abandonSegment(durationS),
});

/** Returns a listener that notifies both, in order. */
function inTurn(first: SampleListener, second: SampleListener): SampleListener {
  const both = [first, second];
  return {
    startSegment: (start, baseTicks) => {
      for (const one of both) one.startSegment(start, baseTicks);
    },
    addPart: (baseTicks, samples) => {
      for (const one of both) one.addPart(baseTicks, samples);
    },
    addGap: (start, durationTicks) => {
      for (const one of both) one.addGap?.(start, durationTicks);
    },
    endSegment: () => {
      for (const one of both) one.endSegment();
    },
    end: () => {
      for (const one of both) one.end();
    },
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { readSample, SimulatedPublisher } from '../../../test/support/simulated-publisher.js';

const FPS = 30;
const END_S = 30;
/**
 * The last seconds are excluded from checks, because their frames are still in transit at the end.
 */
const TAIL_S = 3;

const stall = fc.record({
  afterS: fc.double({ min: 0.2, max: 6, noNaN: true }),
  forS: fc.double({ min: 0.5, max: 4, noNaN: true }),
  where: fc.constantFrom('network', 'server'),
});

const broadcasts = fc.record({
  every: fc.constantFrom(FPS, 8 * FPS),
  reports: fc.constantFrom('none', 'exact', 'late', 'drift'),
  /** The error of late reports, by track. */
  biasMs: fc.record({
    video: fc.integer({ min: -100, max: 100 }),
    audio: fc.integer({ min: -100, max: 100 }),
  }),
  /** The growth of the transit delay per second, up to 2 s in total. */
  lagMs: fc.constantFrom(0, 0, 150),
  videoDelayMs: fc.constantFrom(0, 0, 250),
  jitterMs: fc.integer({ min: 0, max: 30 }),
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  stalls: fc.array(stall, { minLength: 1, maxLength: 4 }),
});
type Broadcast = typeof broadcasts extends fc.Arbitrary<infer B> ? B : never;

/** Returns a publisher of a single layer that ignores key frame requests. */
function publisherOf({ every, ...options }: Pick<Broadcast, 'every' | 'jitterMs' | 'seed'>) {
  const publisher = new SimulatedPublisher({ fps: FPS, ...options });
  publisher.ownKeyFrames = { every, from: [0] };
  publisher.ignoresKeyFrameRequests = true;
  return publisher;
}

function play(chosen: Broadcast): SimulatedPublisher {
  const { reports, biasMs, lagMs, videoDelayMs, stalls } = chosen;
  const publisher = publisherOf(chosen);
  const startMs = publisher.nowMs;
  publisher.reports = reports === 'exact' || reports === 'drift';
  publisher.videoDelayMs = videoDelayMs;
  if (reports === 'late') publisher.reportBiasMs = biasMs;
  publisher.start();
  const playFor = (seconds: number): void => {
    for (let left = seconds; left > 0; left -= 0.25) {
      const playedS = (publisher.nowMs - startMs) / 1_000;
      if (reports === 'late') publisher.reports = playedS > 5;
      if (reports === 'drift') publisher.options.aheadMs += 4;
      publisher.extraDelayMs = Math.min(2_000, playedS * lagMs);
      publisher.play(Math.min(left, 0.25));
    }
  };
  for (const { afterS, forS, where } of stalls) {
    playFor(afterS);
    if (where === 'network') publisher.stallNetwork(forS);
    else publisher.stallServer(forS);
  }
  playFor(END_S - (publisher.nowMs - startMs) / 1_000);
  return publisher.end();
}

/** Returns the numbers of the written frames. */
const written = ({ runs }: SimulatedPublisher): Set<number> =>
  new Set(runs.flatMap((run) => run.video().samples.map(({ data }) => readSample(data).frame)));

const lastFrame = (END_S - TAIL_S) * FPS;

/**
 * Returns the frames between two times, in seconds since the first frame, that were not written.
 */
const missing = (publisher: SimulatedPublisher, fromS: number, toS: number): number[] => {
  const frames = written(publisher);
  return Array.from({ length: Math.round((toS - fromS) * FPS) }, (_, i) => 1 + fromS * FPS + i)
    .map(Math.round)
    .filter((frame) => !frames.has(frame));
};

describe('Segmenter, when arrivals stall', () => {
  it('loses no frame of a burst after a stall', () => {
    fc.assert(
      fc.property(broadcasts, (chosen) => {
        const publisher = play(chosen);
        expect(publisher.runs).toHaveLength(1);
        const { segments } = publisher.run.video();
        expect(segments.filter(({ gapS }) => gapS !== null)).toEqual([]);
        const frames = written(publisher);
        const lost = Array.from({ length: lastFrame }, (_, i) => i + 1);
        expect(lost.filter((frame) => !frames.has(frame))).toEqual([]);
      }),
      { numRuns: fuzzRuns(15) },
    );
  });

  it.each([400, 800, 1_500, 2_500])(
    'resumes video after a loss if it arrives %i ms after the audio',
    (videoDelayMs) => {
      const publisher = publisherOf({ every: FPS, jitterMs: 10, seed: 7 });
      publisher.start().play(8);
      publisher.videoDelayMs = videoDelayMs;
      publisher.play(4);
      publisher.loseVideo = true;
      publisher.stallNetwork(2);
      publisher.loseVideo = false;
      publisher.play(16).end();
      // Video is lost from 12 to 14 s. It returns two key frames later and isn't lost again.
      expect(missing(publisher, 16, 27)).toEqual([]);
    },
  );

  it('keeps frames whose lag behind the audio keeps growing', () => {
    const publisher = publisherOf({ every: 8 * FPS, jitterMs: 10, seed: 5 });
    publisher.start();
    for (let second = 0; second < 26; second++) {
      publisher.videoDelayMs = Math.min(2_000, second * 100);
      publisher.play(1);
    }
    expect(missing(publisher.end(), 0, 23)).toEqual([]);
  });
});

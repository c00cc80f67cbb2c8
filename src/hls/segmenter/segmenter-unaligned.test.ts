import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRuns } from '../../../test/support/check-run.js';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import type { RecordedRendition } from '../../../test/support/recorded-run.js';
import { readSample, SimulatedPublisher } from '../../../test/support/simulated-publisher.js';

const PLAYED_S = 45;

const framesOf = ({ samples }: RecordedRendition): number[] =>
  samples.map(({ data }) => readSample(data).frame);

/** Returns the positions at which playback can start, in seconds of media time. */
const entriesS = (rendition: RecordedRendition): number[] =>
  rendition.segments
    .filter(({ parts }) => parts[0]?.independent)
    .map(({ parts }) => rendition.seconds(parts[0]!.baseTicks));

const encoders = fc.record({
  every: fc.constantFrom(250, 240, 120, 100, 61),
  from: fc.array(fc.nat(250), { minLength: 3, maxLength: 3 }),
  fps: fc.constantFrom(15, 25, 30),
  jitterMs: fc.integer({ min: 0, max: 60 }),
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
});

function broadcast({
  every,
  from,
  ...options
}: typeof encoders extends fc.Arbitrary<infer E> ? E : never) {
  const publisher = new SimulatedPublisher({ layers: 3, ...options });
  publisher.ownKeyFrames = { every, from };
  publisher.ignoresKeyFrameRequests = true;
  publisher.start().play(PLAYED_S).end();
  return publisher;
}

describe('Segmenter, with layers whose key frames are rare and never aligned', () => {
  it('keeps all layers, whatever the offsets between their key frames', () => {
    fc.assert(
      fc.property(encoders, (chosen) => {
        const publisher = broadcast(chosen);
        checkRuns(publisher, { forced: true });
        const gopS = chosen.every / chosen.fps;
        for (const layer of [0, 1, 2]) {
          const rendition = publisher.run.video(layer);
          const frames = framesOf(rendition);
          expect(rendition.segments.every(({ gapS }) => gapS === null)).toBe(true);
          expect(frames, 'every frame, once').toEqual(frames.map((_, i) => frames[0]! + i));
          const entries = [...entriesS(rendition), PLAYED_S - 4];
          // Each key frame is an entry point; layers whose key frames are less than half a second
          // apart take turns.
          for (const [i, at] of entries.slice(1).entries()) {
            const startedS = i === 0 ? chosen.from[layer]! / chosen.fps : 0;
            expect(at - entries[i]!, `${layer}: time to the next entry point`).toBeLessThan(
              4 * gopS + startedS + 1,
            );
          }
        }
      }),
      { numRuns: fuzzRuns(6) },
    );
  });

  it('adds a layer that starts later, from its first key frame on', () => {
    const publisher = new SimulatedPublisher({ layers: 3, fps: 30 });
    publisher.ownKeyFrames = { every: 250, from: [40, 90, 170] };
    publisher.ignoresKeyFrameRequests = true;
    publisher.start();
    publisher.setLayer(2, false);
    publisher.play(9.1);
    publisher.setLayer(2, true);
    publisher.play(20).end();
    checkRuns(publisher, { forced: true });
    const best = publisher.run.video(2);
    const joined = best.segments.find(({ gapS }) => gapS === null)!;
    expect(readSample(joined.parts[0]!.samples[0]!.data).frame).toBe(1);
    const waitedMs = joined.wallMs - readSample(joined.parts[0]!.samples[0]!.data).captureMs;
    expect(waitedMs).toBeLessThan(900);
    const frames = framesOf(best);
    expect(frames).toEqual(frames.map((_, i) => 1 + i));
  });

  it('drops at most two seconds at the start to wait for a layer that starts later', () => {
    const publisher = new SimulatedPublisher({ layers: 3, fps: 30 });
    publisher.ownKeyFrames = { every: 40, from: [0, 0, 0] };
    publisher.ignoresKeyFrameRequests = true;
    // Without reports, units are held for six seconds.
    publisher.reports = false;
    publisher.start();
    publisher.setLayer(2, false);
    publisher.play(4.5);
    publisher.setLayer(2, true);
    publisher.play(15).end();
    const firstFrames = [0, 1, 2].map((layer) => framesOf(publisher.run.video(layer))[0]);
    expect(firstFrames).toEqual([1, 1, 1]);
  });
});

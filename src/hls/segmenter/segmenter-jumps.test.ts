import { describe, expect, it } from 'vitest';
import { checkRuns } from '../../../test/support/check-run.js';
import type { RecordedRendition } from '../../../test/support/recorded-run.js';
import { readSample, SimulatedPublisher } from '../../../test/support/simulated-publisher.js';

const HOURS_2 = 7_200_000;

/** Frames in presentation order, each once. */
const framesOf = ({ samples }: RecordedRendition): number[] => [
  ...new Set(samples.map(({ data }) => readSample(data).frame)),
];

describe('Segmenter, when RTP times jump', () => {
  it.each([
    { byMs: HOURS_2, reports: true },
    { byMs: HOURS_2, reports: false },
    { byMs: -9_000, reports: true },
    { byMs: -9_000, reports: false },
    { byMs: -HOURS_2, reports: true },
    { byMs: -HOURS_2, reports: false },
  ])('loses no frame at a jump of $byMs ms, with reports: $reports', ({ byMs, reports }) => {
    const publisher = new SimulatedPublisher({ layers: 2, jitterMs: 5 }).start().play(9);
    publisher.reports = reports;
    publisher.jumpRtp(byMs);
    publisher.play(9).end();
    checkRuns(publisher, { forced: true, syncMs: 60 });
    for (const layer of [0, 1]) {
      const frames = framesOf(publisher.run.video(layer));
      expect(frames).toEqual(frames.map((_, i) => i + 1));
    }
  });

  it.each([HOURS_2, -5_000, -HOURS_2])(
    'drops frames that depend on one whose time was off by %i ms, and requests a key frame',
    (wildMs) => {
      const publisher = new SimulatedPublisher({ layers: 2 }).start().play(9.5);
      const before = publisher.keyFrameRequests;
      publisher.wildMs = wildMs;
      publisher.play(0.4);
      expect(publisher.keyFrameRequests).toBeGreaterThan(before);
      publisher.play(6).end();
      // This also checks that no frame is written without the one before it.
      checkRuns(publisher, { forced: true });
      const lost = framesOf(publisher.run.video(1));
      expect(lost.at(-1)! - lost.length).toBeGreaterThan(0);
      expect(lost.at(-1)! - lost.length).toBeLessThan(15);
    },
  );

  it('adopts the new clock of one layer while the others keep theirs', () => {
    const publisher = new SimulatedPublisher({ layers: 3 }).start().play(9.5);
    publisher.ownKeyFrames = { every: 1_000, from: [0, 0, 0] };
    publisher.jumpLayer(1, HOURS_2);
    publisher.play(8).end();
    checkRuns(publisher, { forced: true, syncMs: 60 });
    const frames = framesOf(publisher.run.video(1));
    expect(frames).toEqual(frames.map((_, i) => i + 1));
  });

  it.each([1, 19, 44])(
    'loses no frame when all layers jump at once, between their key frames (seed %i)',
    (seed) => {
      const publisher = new SimulatedPublisher({ layers: 3, audio: false, fps: 15, seed });
      publisher.ownKeyFrames = { every: 60, from: [10, 30, 50] };
      publisher.ignoresKeyFrameRequests = true;
      publisher.start().play(8 + seed * 0.1);
      for (const layer of [0, 1, 2]) publisher.jumpLayer(layer, -HOURS_2);
      publisher.play(9).end();
      checkRuns(publisher, { forced: true, syncMs: 150 });
      for (const layer of [0, 1, 2]) {
        const frames = framesOf(publisher.run.video(layer));
        expect(frames, `layer ${layer}`).toEqual(frames.map((_, i) => frames[0]! + i));
      }
    },
  );

  it('keeps a camera’s layers together when it returns at a low frame rate', () => {
    const quiet = { jitterMs: 0, reportJitterMs: 0, delayMs: 1, aheadMs: 0, packetMs: 10 } as const;
    const publisher = new SimulatedPublisher({ ...quiet, layers: 2, fps: 5 }).start().play(7);
    publisher.closeCamera();
    publisher.play(0.103_7);
    publisher.openCamera();
    publisher.play(7.1).end();
    checkRuns(publisher, { forced: true });
  });
});

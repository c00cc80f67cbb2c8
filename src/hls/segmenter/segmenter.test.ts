import { describe, expect, it } from 'vitest';
import { checkRuns } from '../../../test/support/check-run.js';
import type { RecordedRendition, RecordedSegment } from '../../../test/support/recorded-run.js';
import { OPUS_CONFIG } from '../../media/rtp/opus-depacketizer.js';
import { readSample, SimulatedPublisher } from '../../../test/support/simulated-publisher.js';

const durationS = ({ parts }: RecordedSegment): number =>
  parts.reduce((sum, part) => sum + part.durationS, 0);
const seconds = ({ segments }: RecordedRendition): number =>
  segments.reduce((sum, segment) => sum + durationS(segment), 0);
const discontinuities = ({ segments }: RecordedRendition): number =>
  segments.filter(({ discontinuity }) => discontinuity).length;
const gaps = ({ segments }: RecordedRendition): number =>
  segments.filter(({ gapS }) => gapS !== null).length;

describe('Segmenter', () => {
  it('cuts three layers and audio into equal segments of the target duration', () => {
    const publisher = new SimulatedPublisher({ layers: 3 }).start().play(20).end();
    checkRuns(publisher);
    const { run } = publisher;
    expect(run.video(2).segments.length).toBeGreaterThanOrEqual(9);
    for (const layer of [0, 1, 2]) expect(gaps(run.video(layer))).toBe(0);
    expect(seconds(run.video(0))).toBeGreaterThan(19.5);
    for (const segment of run.video(0).segments.slice(0, -1)) {
      expect(durationS(segment)).toBeGreaterThan(1.8);
      expect(durationS(segment)).toBeLessThan(2.4);
    }
    expect(run.ended).toBe(true);
  });

  it('waits for reports of audio and video, then writes everything held back', () => {
    const publisher = new SimulatedPublisher({ layers: 1 }).start().play(2);
    expect(publisher.runs).toHaveLength(0);
    publisher.play(1);
    const first = publisher.run.video().parts[0]!.samples[0]!;
    expect(publisher.nowMs - readSample(first.data).captureMs).toBeGreaterThan(2_800);
    checkRuns(publisher.end());
  });

  it.each([5, 10, 12, 15, 20, 24, 25, 30, 50, 60])(
    'follows the part duration rules at %i frames per second',
    (fps) => {
      checkRuns(new SimulatedPublisher({ layers: 2, fps }).start().play(12).end());
    },
  );

  it.each([10, 20, 40, 60] as const)(
    'follows the part duration rules with packets of %i ms',
    (packetMs) => {
      checkRuns(new SimulatedPublisher({ packetMs }).start().play(12).end());
    },
  );

  it('writes a part within 1.1 times its duration', () => {
    const publisher = new SimulatedPublisher({ layers: 3, jitterMs: 3 }).start().play(20);
    const { run } = publisher;
    for (const rendition of [run.video(0), run.video(2), run.audio]) {
      const late = rendition.parts.slice(12).map((part) => {
        const { captureMs } = readSample(part.samples[0]!.data);
        return part.writtenMs - captureMs - publisher.options.delayMs - 1_100 * part.durationS;
      });
      // The simulation's clock ticks every 5 ms, key frames take 15 ms, and audio packets take 20
      // ms.
      expect(Math.max(...late)).toBeLessThan(40);
    }
    checkRuns(publisher.end());
  });

  it.each([500, -500])(
    'stays in sync for an hour with a microphone clock that is %i ppm off',
    (audioPpm) => {
      const publisher = new SimulatedPublisher({ audioPpm, fps: 10 }).start().play(3_600).end();
      checkRuns(publisher);
    },
  );

  it('stays in sync when the audio and video clocks drift apart', () => {
    const drifting = { audioPpm: -300, videoPpm: 400, reportJitterMs: 3, layers: 3 };
    checkRuns(new SimulatedPublisher(drifting).start().play(300).end());
  });

  it('stays in sync through mute and unmute', () => {
    const publisher = new SimulatedPublisher().start().play(8);
    for (let i = 0; i < 4; i++) {
      publisher.setMuted(true);
      publisher.play(3.3);
      publisher.setMuted(false);
      publisher.play(3.1);
    }
    checkRuns(publisher.end());
    expect(seconds(publisher.run.audio)).toBeCloseTo(seconds(publisher.run.video()), 0);
    expect(discontinuities(publisher.run.audio)).toBe(0);
  });

  it('stays in sync when the clock of a muted microphone stands still', () => {
    const publisher = new SimulatedPublisher({ jitterMs: 5 }).start().play(8);
    publisher.stopsClockWhenMuted = true;
    publisher.setMuted(true);
    publisher.play(5);
    publisher.setMuted(false);
    publisher.play(10);
    checkRuns(publisher.end());
    const heard = publisher.run.audio.samples.slice(-300);
    expect(heard.every(({ data }) => !readSample(data).silent)).toBe(true);
  });

  it('repeats the last key frame while the camera is off', () => {
    const publisher = new SimulatedPublisher({ layers: 2 }).start().play(8);
    publisher.closeCamera();
    publisher.play(10);
    publisher.openCamera();
    publisher.play(8).end();
    checkRuns(publisher);
    expect(publisher.runs).toHaveLength(1);
    expect(seconds(publisher.run.video(1))).toBeGreaterThan(25.5);
    expect(discontinuities(publisher.run.video())).toBe(0);
    const repeated = publisher.run.video().parts.filter(({ samples }) => samples.length === 1);
    expect(repeated.length).toBeGreaterThan(20);
  });

  it('continues with silence when the microphone is removed', () => {
    const publisher = new SimulatedPublisher().start().play(8);
    publisher.closeMicrophone();
    publisher.play(6);
    publisher.openMicrophone();
    publisher.play(12).end();
    checkRuns(publisher);
    expect(seconds(publisher.run.audio)).toBeCloseTo(seconds(publisher.run.video()), 0);
  });

  it('fills a long loss of video while the microphone is muted', () => {
    const publisher = new SimulatedPublisher({ layers: 2 }).start().play(8);
    publisher.setMuted(true);
    publisher.loseVideo = true;
    publisher.play(4.5);
    publisher.loseVideo = false;
    publisher.play(6).end();
    checkRuns(publisher);
    expect(discontinuities(publisher.run.video())).toBe(0);
    expect(seconds(publisher.run.video())).toBeGreaterThan(17.9);
  });

  it('fills a long loss of video while audio continues', () => {
    const publisher = new SimulatedPublisher({ layers: 2 }).start().play(8);
    publisher.loseVideo = true;
    publisher.play(4);
    publisher.loseVideo = false;
    publisher.play(6).end();
    checkRuns(publisher);
    expect(seconds(publisher.run.video())).toBeGreaterThan(17.4);
  });

  it('fills lost audio', () => {
    const publisher = new SimulatedPublisher().start().play(8);
    publisher.loseAudio = true;
    publisher.play(4);
    publisher.loseAudio = false;
    publisher.play(6).end();
    checkRuns(publisher);
    expect(seconds(publisher.run.audio)).toBeGreaterThan(17.4);
  });

  it('writes two segments of the last frame, then gaps, for a layer that stops for long', () => {
    const publisher = new SimulatedPublisher({ layers: 3 }).start().play(9);
    publisher.setLayer(2, false);
    publisher.play(12);
    publisher.setLayer(2, true);
    publisher.play(8).end();
    checkRuns(publisher);
    const { segments } = publisher.run.video(2);
    const first = segments.findIndex(({ gapS }) => gapS !== null);
    const last = segments.findLastIndex(({ gapS }) => gapS !== null);
    expect(last - first + 1).toBe(gaps(publisher.run.video(2)));
    expect(last - first).toBeGreaterThanOrEqual(3);
    expect(last).toBeLessThan(segments.length - 1);
    const pictures = segments
      .slice(first - 2, first)
      .flatMap(({ parts }) => parts.flatMap(({ samples }) => samples))
      .map(({ data }) => readSample(data).frame);
    expect(pictures.length).toBeGreaterThan(8);
    expect(new Set(pictures).size).toBe(1);
    expect(gaps(publisher.run.video(1))).toBe(0);
  });

  it('writes no gap for a layer that stops for a moment, at any position', () => {
    for (const at of [7, 7.5, 8, 8.5, 9]) {
      const publisher = new SimulatedPublisher({ layers: 3 }).start().play(at);
      publisher.setLayer(2, false);
      publisher.play(1.2);
      publisher.setLayer(2, true);
      publisher.play(6).end();
      checkRuns(publisher);
      expect(gaps(publisher.run.video(2))).toBe(0);
    }
  });

  it('continues the other layers when a loss breaks one', () => {
    const publisher = new SimulatedPublisher({ layers: 3 }).start().play(7);
    for (let i = 0; i < 6; i++) {
      publisher.breakLayer(i % 3);
      publisher.play(1.37);
    }
    checkRuns(publisher.end());
  });

  it('restarts all renditions with a discontinuity when the video format changes', () => {
    const publisher = new SimulatedPublisher({ layers: 3 }).start().play(8);
    publisher.changePicture(1920);
    publisher.play(8).end();
    checkRuns(publisher);
    expect(publisher.runs).toHaveLength(1);
    const { run } = publisher;
    for (const rendition of [run.video(0), run.video(1), run.video(2), run.audio])
      expect(discontinuities(rendition)).toBe(1);
    expect(run.video(0).inits).toHaveLength(2);
    expect(run.audio.inits).toHaveLength(1);
    expect(gaps(run.video(0))).toBe(0);
  });

  it('ends a segment without a key frame before it exceeds the target duration', () => {
    const publisher = new SimulatedPublisher().start();
    publisher.play(0.2);
    publisher.ignoresKeyFrameRequests = true;
    publisher.play(20).end();
    checkRuns(publisher, { forced: true });
    const [first, second] = publisher.run.video().segments;
    expect(durationS(first!)).toBeLessThanOrEqual(3);
    expect(second!.parts[0]!.independent).toBe(false);
  });

  it('resumes after an interruption with a discontinuity, shifted by the interruption’s duration', () => {
    const publisher = new SimulatedPublisher({ layers: 2 }).start().play(10);
    publisher.interrupt(7_000);
    publisher.play(10).end();
    checkRuns(publisher);
    expect(publisher.runs).toHaveLength(1);
    for (const rendition of [publisher.run.video(), publisher.run.audio]) {
      const at = rendition.segments.findIndex(({ discontinuity }) => discontinuity);
      const [before, after] = [rendition.segments[at - 1]!, rendition.segments[at]!];
      const wallS = (after.wallMs - before.wallMs) / 1_000;
      const mediaS = rendition.seconds(after.parts[0]!.baseTicks - before.parts[0]!.baseTicks);
      expect(wallS).toBeGreaterThan(7);
      expect(mediaS).toBeCloseTo(wallS, 1);
    }
  });

  it('opens a new run when video joins an audio-only broadcast', () => {
    const publisher = new SimulatedPublisher({ layers: 0 }).start().play(12);
    publisher.openCamera(1);
    publisher.play(10).end();
    checkRuns(publisher);
    expect(publisher.runs.map(({ spec }) => spec)).toEqual([
      { videoLayers: 0, audio: OPUS_CONFIG },
      { videoLayers: 1, audio: OPUS_CONFIG },
    ]);
    expect(publisher.runs.every(({ ended }) => ended)).toBe(true);
    expect(seconds(publisher.runs[0]!.audio)).toBeGreaterThan(11);
  });

  it('uses arrival times without reports', () => {
    const publisher = new SimulatedPublisher({ layers: 1, delayMs: 10 });
    publisher.reports = false;
    publisher.start().play(15).end();
    checkRuns(publisher);
    expect(seconds(publisher.run.video())).toBeGreaterThan(14);
  });

  it("derives the wall-clock time from arrival if the publisher's clock is unknown", () => {
    checkRuns(new SimulatedPublisher({ offsetKnown: false, delayMs: 20 }).start().play(15).end());
  });

  it('continues evenly when the publisher sets its clock', () => {
    const publisher = new SimulatedPublisher({ layers: 2 }).start().play(10);
    publisher.setPublisherClock(-7_200_000);
    publisher.play(30).end();
    checkRuns(publisher);
    expect(discontinuities(publisher.run.audio)).toBe(0);
    expect(seconds(publisher.run.audio)).toBeGreaterThan(39);
  });

  it('writes nothing while nothing arrives, and resumes with a discontinuity', () => {
    const publisher = new SimulatedPublisher().start().play(8);
    publisher.loseAudio = true;
    publisher.loseVideo = true;
    publisher.play(20);
    const written = publisher.run.audio.parts.length;
    publisher.play(1);
    expect(publisher.run.audio.parts.length).toBe(written);
    publisher.loseAudio = false;
    publisher.loseVideo = false;
    publisher.play(6).end();
    checkRuns(publisher);
    expect(publisher.runs).toHaveLength(1);
    expect(discontinuities(publisher.run.audio)).toBe(1);
  });

  it('recognizes a burst after a stalled connection', () => {
    const publisher = new SimulatedPublisher({ layers: 2 }).start().play(8);
    publisher.extraDelayMs = 1_500;
    publisher.play(1.5);
    publisher.extraDelayMs = 0;
    publisher.play(8).end();
    // The key frame arrived too late to end the segment.
    checkRuns(publisher, { forced: true });
  });

  it('writes the held units when a broadcast ends before its start has been decided', () => {
    const publisher = new SimulatedPublisher().start().play(1.5).end();
    checkRuns(publisher, { syncMs: 60 });
    expect(seconds(publisher.run.video())).toBeGreaterThan(1.3);
  });
});

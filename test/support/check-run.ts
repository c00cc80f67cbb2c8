import { expect } from 'vitest';
import { targetDurationS } from '../../src/hls/timeline/targets.js';
import type {
  RecordedPart,
  RecordedRendition,
  RecordedRun,
  RecordedSegment,
} from './recorded-run.js';
import { readSample, type SimulatedPublisher } from './simulated-publisher.js';

/** 5 ms, 90 kHz. */
const MOMENT_TICKS = 450;

type Tolerance = {
  /** The maximum difference between a sample's time and its true capture time. */
  syncMs?: number;
  /** Segments may begin without a key frame. */
  forced?: boolean;
};

/** Checks everything that a simulation wrote against the rules that must always hold. */
export function checkRuns(publisher: SimulatedPublisher, tolerance: Tolerance = {}): void {
  for (const run of publisher.runs) {
    checkNumbers(run);
    checkBoundaries(run, publisher);
    for (const [id, rendition] of run.renditions) {
      checkTimes(rendition, id);
      checkParts(rendition, { ...publisher.options, id });
      checkTruth(rendition, id, tolerance.syncMs ?? 40);
      if (id.startsWith('video')) checkPictures(rendition, id, tolerance.forced ?? false);
      // The layers' clocks can differ by a few ticks, even right before a discontinuity.
      if (run.spec.videoLayers === 1 && id.startsWith('video')) checkLastPictures(rendition, id);
    }
  }
}

/** MSNs are consecutive, and all renditions have the same segments and discontinuities. */
function checkNumbers(run: RecordedRun): void {
  const lists = [...run.renditions.values()].map(({ segments }) =>
    segments.map(({ msn, discontinuity }) => `${msn}${discontinuity ? ' discontinuity' : ''}`),
  );
  for (const list of lists) expect(list).toEqual(lists[0]);
  const first = [...run.renditions.values()][0];
  expect(first?.segments.map(({ msn }) => msn)).toEqual(first?.segments.map((_, i) => i));
}

const startS = (rendition: RecordedRendition, segment: RecordedSegment): number | null =>
  segment.parts[0] ? rendition.seconds(segment.parts[0].baseTicks) : null;

/**
 * All video renditions' segments begin at the same ticks; audio segments begin within one packet of
 * them.
 */
function checkBoundaries(run: RecordedRun, { options }: SimulatedPublisher): void {
  const video = [...run.renditions].filter(([id]) => id.startsWith('video')).map(([, r]) => r);
  const count = [...run.renditions.values()][0]?.segments.length ?? 0;
  for (let msn = 0; msn < count; msn++) {
    const starts = video.flatMap((r) => r.segments[msn]?.parts[0]?.baseTicks ?? []);
    expect(
      new Set(starts).size,
      `video boundaries of ${msn}: ${starts.join()}`,
    ).toBeLessThanOrEqual(1);
    const start = starts[0];
    if (start === undefined || !run.spec.audio) continue;
    const sound = startS(run.audio, run.audio.segments[msn]!) ?? NaN;
    const offMs = (sound - start / 90_000) * 1_000;
    expect(offMs, `sound at boundary ${msn}`).toBeGreaterThan(-0.05);
    // A packet that is longer than a segment delays the audio until the next segment.
    if (shortBefore(video, msn)) continue;
    expect(offMs, `sound at boundary ${msn}`).toBeLessThan(Math.max(options.packetMs, 20) + 0.05);
  }
}

const shortBefore = (video: RecordedRendition[], msn: number): boolean =>
  [msn - 1, msn - 2].some((before) =>
    video.some(({ segments }) => (segments[before]?.parts ?? []).length === 1),
  );

/** Each part begins where the previous one ends, except after gaps and at discontinuities. */
function checkTimes(rendition: RecordedRendition, id: string): void {
  let endTicks: number | null = null;
  for (const segment of rendition.segments) {
    expect(segment.ended).toBe(true);
    if (segment.gapS !== null) {
      expect(segment.gapS).toBeGreaterThan(0);
      endTicks = null;
      continue;
    }
    expect(segment.parts.length, `${id} ${segment.msn} has parts`).toBeGreaterThan(0);
    if (segment.discontinuity && endTicks !== null)
      expect(segment.parts[0]!.baseTicks).toBeGreaterThanOrEqual(endTicks);
    if (segment.discontinuity) endTicks = null;
    for (const part of segment.parts) {
      if (endTicks !== null) expect(part.baseTicks, `${id} ${segment.msn}`).toBe(endTicks);
      for (const { durationTicks } of part.samples) expect(durationTicks).toBeGreaterThan(0);
      endTicks = part.endTicks;
    }
  }
}

/**
 * The last picture before a discontinuity or the end must have a real duration: when FFmpeg joins
 * the timelines on both sides of a discontinuity, it uses that duration as the distance to the next
 * picture.
 */
function checkLastPictures({ segments }: RecordedRendition, id: string): void {
  for (const [index, { msn, parts }] of segments.entries()) {
    const next = segments[index + 1];
    if (parts.length === 0 || (next && !next.discontinuity)) continue;
    const last = parts.at(-1)!.samples.at(-1)!;
    expect(last.durationTicks, `the last picture of ${id} ${msn}`).toBeGreaterThan(MOMENT_TICKS);
  }
}

type PartRules = { segmentS: number; partS: number; id: string };

/** Parts are at most as long as the part target, and segments at most as long as theirs. */
function checkParts(rendition: RecordedRendition, { segmentS, partS, id }: PartRules): void {
  for (const segment of rendition.segments) {
    const durationS = segment.gapS ?? segment.parts.reduce((sum, part) => sum + part.durationS, 0);
    const where = `${id} ${segment.msn}`;
    expect(durationS, `${where} lasts`).toBeLessThanOrEqual(targetDurationS(segmentS) + 0.12);
    for (const [i, part] of segment.parts.entries()) {
      expect(part.independent).toBe(part.samples[0]!.keyFrame);
      if (part.samples.length > 1)
        expect(part.durationS, `${where}, part ${i}`).toBeLessThanOrEqual(partS + 1e-9);
      const next = segment.parts[i + 1];
      if (next) checkLongEnough(rendition, { part, next, partS, where });
    }
  }
}

type Pair = { part: RecordedPart; next: RecordedPart; partS: number; where: string };

/** A part lasts at least 85% of the target, unless the next frame would have made it too long. */
function checkLongEnough(rendition: RecordedRendition, { part, next, partS, where }: Pair): void {
  if (part.durationS >= 0.85 * partS - 1e-9) return;
  const withNextS = part.durationS + rendition.seconds(next.samples[0]!.durationTicks);
  expect(withNextS, `${where}: a short part of ${part.durationS} s`).toBeGreaterThan(partS - 1e-9);
}

/** The wall-clock time that the segment implies for a sample must be the sample's capture time. */
function checkTruth(rendition: RecordedRendition, id: string, syncMs: number): void {
  const seen = new Set<number>();
  for (const segment of rendition.segments) {
    const base = segment.parts[0]?.baseTicks ?? 0;
    for (const { ticks, data, durationTicks } of segment.parts.flatMap(({ samples }) => samples)) {
      const { captureMs, silent } = readSample(data);
      // The two exceptions: a repeated picture has an earlier capture time, and a picture that is
      // shown only for a moment is catching up.
      const isMoment = id.startsWith('video') && durationTicks <= 2 * MOMENT_TICKS;
      if (silent || seen.has(captureMs) || isMoment) continue;
      seen.add(captureMs);
      const toldMs = segment.wallMs + rendition.seconds(ticks - base) * 1_000;
      expect(
        Math.abs(toldMs - captureMs),
        `${id} ${segment.msn}: ${toldMs - captureMs} ms off`,
      ).toBeLessThan(syncMs);
    }
  }
}

/** Segments begin with key frames, and each picture refers to the picture before it. */
function checkPictures(rendition: RecordedRendition, id: string, forced: boolean): void {
  for (const segment of rendition.segments)
    if (segment.gapS === null && !forced)
      expect(segment.parts[0]!.independent, `${id} ${segment.msn} begins with a key frame`).toBe(
        true,
      );
  let before: number | null = null;
  for (const segment of rendition.segments) {
    if (segment.gapS !== null) before = null;
    for (const { data, keyFrame } of segment.parts.flatMap(({ samples }) => samples)) {
      const { frame } = readSample(data);
      if (!keyFrame) expect(frame, `${id} ${segment.msn}: builds on`).toBe((before ?? NaN) + 1);
      before = frame;
    }
  }
}

import { beforeAll, describe, expect, it } from 'vitest';
import { encodeFlvFilm, type FlvPicture } from '../../test/support/flv-film.js';
import { probeBytes } from '../../test/support/ffmpeg-reader.js';
import { numbersShown } from '../../test/support/numbered-film.js';
import { RecordedRun, type RecordedSample } from '../../test/support/recorded-run.js';
import { SentUnits } from '../../test/support/unit-tracks.js';
import { createLog } from '../common/logger.js';
import { packageTrack } from './packaged-track.js';
import { Segmenter } from './segmenter/segmenter.js';

const FRAMES = 240;
const MS_TICKS = 90;
/** The capture time of the first frame, on the server's clock. */
const START_MS = 1_700_000_000_000;

const shownMs = ({ decodeTime, compositionOffset }: FlvPicture): number =>
  decodeTime + compositionOffset;
const shownTicks = ({ ticks, compositionTicks }: RecordedSample): number =>
  ticks + compositionTicks;

/**
 * Packages frames that arrive at the decode times of the frames in `arriving`, or at their own.
 * Returns the runs.
 */
function packaged(
  film: readonly FlvPicture[],
  { arriving = film } = {},
): { runs: RecordedRun[]; reorders: boolean | null } {
  const runs: RecordedRun[] = [];
  const segmenter = new Segmenter({
    segmentS: 2,
    partS: 0.2,
    openRun: (spec) => {
      const run = new RecordedRun(spec);
      runs.push(run);
      return run;
    },
    requestKeyFrame: () => undefined,
  });
  segmenter.setClockOffset(0);
  const track = new SentUnits('h264');
  const input = packageTrack({
    track,
    addInput: (layerCount) => segmenter.addTrack({ kind: track.kind, layerCount }),
    onUnit: () => undefined,
    ffmpeg: null,
    segmentS: 2,
    log: createLog({ level: 'silent', format: 'text' }),
  })!;
  const first = film[0]!;
  track.anchor(shownMs(first), START_MS);
  for (const [index, picture] of film.entries()) {
    const arrivedMs = START_MS + 100 + arriving[index]!.decodeTime - arriving[0]!.decodeTime;
    track.send({ ...picture, arrivedMs });
    segmenter.tick(arrivedMs);
  }
  input.close();
  segmenter.end();
  return { runs, reorders: input.reorders };
}

/** Packages frames; returns the samples of the only run. */
function samplesOf(film: readonly FlvPicture[]): RecordedSample[] {
  const { runs } = packaged(film);
  expect(runs).toHaveLength(1);
  return runs[0]!.video().samples;
}

/** A frame that is still shown at the same time, but decoded at a different one. */
const decodedAt = (decodeTime: number, picture: FlvPicture): FlvPicture => ({
  ...picture,
  decodeTime,
  compositionOffset: shownMs(picture) - decodeTime,
});

/** Checks that every frame is present, in order, and shown at its time. */
function expectAllShown(samples: readonly RecordedSample[], film: readonly FlvPicture[]): void {
  expect(samples).toHaveLength(film.length);
  const first = shownMs(film[0]!);
  const wanted = film.map((picture) => (shownMs(picture) - first) * MS_TICKS);
  // Clocks are corrected in steps of a millisecond.
  for (const [index, sample] of samples.entries())
    expect(Math.abs(shownTicks(sample) - wanted[index]!)).toBeLessThanOrEqual(MS_TICKS);
  const decoded = samples.map(({ ticks }) => ticks);
  expect(decoded).toEqual([...new Set(decoded)].toSorted((a, b) => a - b));
}

describe('a track of access units', () => {
  let film: FlvPicture[];
  let plain: FlvPicture[];

  beforeAll(async () => {
    [film, plain] = await Promise.all([
      encodeFlvFilm({ frames: FRAMES, framesPerSecond: 30 }),
      encodeFlvFilm({ frames: FRAMES, framesPerSecond: 30, x264: 'bframes=0' }),
    ]);
  });

  it('is packaged with every B-frame, and segments begin where their key frames are shown', () => {
    const { runs, reorders } = packaged(film);
    const video = runs[0]!.video();
    expectAllShown(video.samples, film);
    expect(video.segments).toHaveLength(4);
    for (const { parts } of video.segments) {
      expect(parts[0]!.independent).toBe(true);
      expect(parts[0]!.samples[0]!.compositionTicks).toBe(0);
      expect(parts.length).toBeGreaterThan(5);
    }
    expect(reorders).toBe(true);
  });

  it('shows every frame in order when FFmpeg decodes it', async () => {
    const { file } = packaged(film).runs[0]!.video();
    expect(await numbersShown(file)).toEqual(film.map((_, number) => number));
    const [video] = await probeBytes(file);
    // FFmpeg moves fragments' presentation times by the largest negative offset so far.
    expect(video!.packets.map(({ dts }) => dts)).toEqual(
      packaged(film)
        .runs[0]!.video()
        .samples.map(({ ticks }) => ticks),
    );
  });

  it('is packaged without composition offsets if it has no B-frames', () => {
    const { runs, reorders } = packaged(plain);
    expectAllShown(runs[0]!.video().samples, plain);
    for (const { compositionTicks } of runs[0]!.video().samples) expect(compositionTicks).toBe(0);
    expect(reorders).toBe(false);
  });

  it('keeps every frame whose decode time equals the previous one', () => {
    const equal = film.map((picture, index) =>
      index % 7 === 3 ? decodedAt(film[index - 1]!.decodeTime, picture) : picture,
    );
    expect(equal).not.toEqual(film);
    expectAllShown(samplesOf(equal), film);
  });

  it('reads negative offsets, which some encoders send', () => {
    const negative = film.map((picture) => decodedAt(picture.decodeTime + 67, picture));
    expect(Math.min(...negative.map((one) => one.compositionOffset))).toBeLessThan(0);
    expectAllShown(samplesOf(negative), film);
  });

  it.each([
    ['forward', 3_600_000],
    ['back', -600_000],
  ])('continues when the timestamps jump %s at a key frame', (_name, jumpMs) => {
    const at = 120;
    const jumped = film.map((picture, index) => ({
      ...picture,
      decodeTime: picture.decodeTime + 700_000 + (index >= at ? jumpMs : 0),
    }));
    const { runs } = packaged(jumped, { arriving: film });
    const samples = runs.flatMap((run) => run.video().samples);
    expect(samples).toHaveLength(FRAMES);
    for (const run of runs) {
      const decoded = run.video().samples.map(({ ticks }) => ticks);
      expect(decoded).toEqual([...new Set(decoded)].toSorted((a, b) => a - b));
    }
  });

  it('ignores an implausible offset', () => {
    const odd = film.map((picture, index) =>
      index === 100 ? { ...picture, compositionOffset: 8_000_000 } : picture,
    );
    const samples = samplesOf(odd);
    expect(samples).toHaveLength(FRAMES);
    const rest = (all: readonly unknown[]) => all.filter((_, index) => index !== 100);
    expect(rest(samples.map(shownTicks))).toEqual(rest(samplesOf(film).map(shownTicks)));
  });
});

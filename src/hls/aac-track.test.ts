import { beforeAll, describe, expect, it } from 'vitest';
import { encodeFlvFilm, type FlvPicture } from '../../test/support/flv-film.js';
import { RecordedRun } from '../../test/support/recorded-run.js';
import { SentUnits } from '../../test/support/unit-tracks.js';
import { createLog } from '../common/logger.js';
import { AAC_FRAME_TICKS, aacConfigOf } from '../media/codecs/aac-format.js';
import { type PackagedTrack, packageTrack } from './packaged-track.js';
import { Segmenter } from './segmenter/segmenter.js';

/** The capture time of the encoder's time 0, on the server's clock. */
const START_MS = 1_700_000_000_000;
const WAY_MS = 100;
const SYNC_MS = 10;
const MONO_44 = '1208';
const STEREO_48 = '1190';
/** HE-AAC with a 22.05 kHz core. */
const HE_22 = '2b920800';
/** The size of an audio frame, in bytes; silent frames have a different size. */
const FRAME_BYTES = 9;

/** Audio that is sent without a pause; times are in milliseconds. */
type Piece = Readonly<{ record: string; fromMs: number; toMs: number }>;
type Step = Readonly<{ timeMs: number; send: (arrivedMs: number) => void }>;

const configOf = (record: string) => aacConfigOf(Buffer.from(record, 'hex'))!;

/** Passes an encoder's video and audio through the segmenter. */
class Program {
  readonly runs: RecordedRun[] = [];
  readonly #segmenter = new Segmenter({
    segmentS: 2,
    partS: 0.2,
    openRun: (spec) => {
      const run = new RecordedRun(spec);
      this.runs.push(run);
      return run;
    },
    requestKeyFrame: () => undefined,
  });
  readonly #packaged: PackagedTrack[] = [];

  /** Sends each unit at its time, then ends. */
  constructor({ film, sound }: { film: readonly FlvPicture[]; sound: readonly Piece[] }) {
    this.#segmenter.setClockOffset(0);
    const video = film.length > 0 ? this.#add(new SentUnits('h264')) : null;
    const pictures = film.map((picture): Step => {
      const send = (arrivedMs: number) => video?.send({ ...picture, arrivedMs });
      return { timeMs: picture.decodeTime, send };
    });
    const first = sound[0] && this.#add(new SentUnits('aac', configOf(sound[0].record)));
    const steps = [...pictures, ...this.#soundSteps(sound, first)];
    for (const { timeMs, send } of steps.toSorted((a, b) => a.timeMs - b.timeMs)) {
      const arrivedMs = START_MS + WAY_MS + timeMs;
      this.#segmenter.tick(arrivedMs);
      send(arrivedMs);
    }
    for (const one of this.#packaged) one.close();
    this.#segmenter.end();
  }

  /** Returns how much later than its capture time each audio frame is played, in milliseconds. */
  static lateMs(run: RecordedRun): number[] {
    const { segments, config } = run.audio;
    const rate = config?.kind === 'audio' ? config.sampleRate : 0;
    return segments.flatMap(({ wallMs, parts }) => {
      const samples = parts.flatMap((part) => part.samples);
      return samples.flatMap(({ ticks, data }) => {
        if (data.length !== FRAME_BYTES) return [];
        const playedMs = wallMs + ((ticks - samples[0]!.ticks) * 1_000) / rate;
        return [playedMs - START_MS - Buffer.from(data).readDoubleBE()];
      });
    });
  }

  #soundSteps(sound: readonly Piece[], first: SentUnits | undefined): Step[] {
    let current = first;
    return sound.flatMap(({ record, fromMs, toMs }, index): Step[] => {
      const config = configOf(record);
      const isChanged = index > 0 && sound[index - 1]!.record !== record;
      const change: Step = {
        timeMs: fromMs,
        send: () => (current = this.#add(new SentUnits('aac', config))),
      };
      const frameMs = (AAC_FRAME_TICKS * 1_000) / config.sampleRate;
      const count = Math.floor((toMs - fromMs) / frameMs);
      const frames = Array.from({ length: count }, (_, number): Step => {
        const capturedMs = fromMs + number * frameMs;
        const data = Buffer.alloc(FRAME_BYTES);
        data.writeDoubleBE(capturedMs);
        const unit = { data, config: config.record, keyFrame: true, compositionOffset: 0 };
        const decodeTime = Math.round(capturedMs);
        const send = (arrivedMs: number) => current?.send({ ...unit, decodeTime, arrivedMs });
        return { timeMs: decodeTime, send };
      });
      return isChanged ? [change, ...frames] : frames;
    });
  }

  #add(track: SentUnits): SentUnits {
    this.#packaged.push(
      packageTrack({
        track,
        addInput: (layerCount) => {
          const audio = track.audio ?? undefined;
          return this.#segmenter.addTrack({ kind: track.kind, layerCount, audio });
        },
        onUnit: () => undefined,
        ffmpeg: null,
        segmentS: 2,
        log: createLog({ level: 'silent', format: 'text' }),
      })!,
    );
    track.anchor(0, START_MS);
    return track;
  }
}

const mostOff = (lateMs: readonly number[]): number => Math.max(...lateMs.map(Math.abs));

/** Checks that a rendition consists of whole frames, one after another. */
function expectWholeFrames(run: RecordedRun): void {
  const { samples } = run.audio;
  const steps = samples.slice(1).map(({ ticks }, index) => ticks - samples[index]!.ticks);
  expect(steps.filter((step) => step !== AAC_FRAME_TICKS)).toEqual([]);
}

describe('a track of AAC', () => {
  let film: FlvPicture[];

  beforeAll(async () => {
    film = await encodeFlvFilm({ frames: 450, framesPerSecond: 30, x264: 'bframes=0' });
  });

  it.each([MONO_44, STEREO_48, HE_22])(
    'is packaged with every frame, in sync with the video: %s',
    (record) => {
      const { runs } = new Program({ film, sound: [{ record, fromMs: 0, toMs: 15_000 }] });
      expect(runs).toHaveLength(1);
      expect(runs[0]!.spec).toEqual({ videoLayers: 1, audio: configOf(record) });
      expectWholeFrames(runs[0]!);
      const late = Program.lateMs(runs[0]!);
      const frames = Math.floor((15 * configOf(record).sampleRate) / AAC_FRAME_TICKS);
      expect(late.length).toBeGreaterThanOrEqual(frames - 2);
      expect(mostOff(late)).toBeLessThan(2);
    },
  );

  it('may start later than the video, or pause, and is silent in the meantime', () => {
    const sound = [
      { record: MONO_44, fromMs: 2_333, toMs: 6_000 },
      { record: MONO_44, fromMs: 9_217, toMs: 15_000 },
    ];
    const { runs } = new Program({ film, sound });
    expect(runs).toHaveLength(1);
    expectWholeFrames(runs[0]!);
    const late = Program.lateMs(runs[0]!);
    // Half a frame, plus a deviation that can't be distinguished from rounding.
    expect(mostOff(late)).toBeLessThan(16);
    expect(late.length).toBeGreaterThan((9.4 * 44_100) / AAC_FRAME_TICKS);
    const { samples } = runs[0]!.audio;
    expect(samples.length).toBeGreaterThan((14.9 * 44_100) / AAC_FRAME_TICKS);
  });

  it.each([
    ['rate', MONO_44, STEREO_48],
    ['channels', '1188', STEREO_48],
  ])('starts a new run when its %s change', (_what, before, after) => {
    const sound = [
      { record: before, fromMs: 0, toMs: 7_000 },
      { record: after, fromMs: 7_000, toMs: 15_000 },
    ];
    const { runs } = new Program({ film, sound });
    expect(runs.map(({ spec }) => spec.audio)).toEqual([configOf(before), configOf(after)]);
    for (const run of runs) {
      expectWholeFrames(run);
      expect(mostOff(Program.lateMs(run))).toBeLessThan(SYNC_MS);
      expect(Program.lateMs(run).length).toBeGreaterThan((5 * 44_100) / AAC_FRAME_TICKS);
    }
    expect(runs.every(({ ended }) => ended)).toBe(true);
  });

  it.each([MONO_44, STEREO_48, HE_22])('is packaged without video: %s', (record) => {
    const sound = [{ record, fromMs: 50, toMs: 15_000 }];
    const { runs } = new Program({ film: [], sound });
    expect(runs).toHaveLength(1);
    expect(runs[0]!.spec).toEqual({ videoLayers: 0, audio: configOf(record) });
    expectWholeFrames(runs[0]!);
    expect(mostOff(Program.lateMs(runs[0]!))).toBeLessThan(SYNC_MS);
    expect(runs[0]!.audio.segments.length).toBeGreaterThan(5);
    expect(runs[0]!.audio.samples).toHaveLength(Program.lateMs(runs[0]!).length);
  });

  it('is silent if only its configuration arrives', () => {
    const { runs } = new Program({ film, sound: [{ record: STEREO_48, fromMs: 0, toMs: 0 }] });
    expect(runs.map(({ spec }) => spec.audio)).toEqual([configOf(STEREO_48)]);
    expect(Program.lateMs(runs[0]!)).toEqual([]);
    expect(runs[0]!.audio.samples.length).toBeGreaterThan(500);
  });
});

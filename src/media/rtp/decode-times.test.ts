import { beforeAll, describe, expect, it } from 'vitest';
import { encodeFlvFilm, type FlvPicture } from '../../../test/support/flv-film.js';
import type { AccessUnit } from '../codecs/access-unit.js';
import { H264UnitReader } from '../codecs/h264-unit-reader.js';
import { DecodeTimes } from './decode-times.js';

const FRAME_TICKS = 3_000;

/** A video's units as they arrive over RTP: in decoding order, with their presentation times. */
function asReceived(film: readonly FlvPicture[], fromTicks = 0): AccessUnit[] {
  const reader = new H264UnitReader();
  const first = film[0]!.decodeTime + film[0]!.compositionOffset;
  return film.map((picture, place) => {
    const { decodeTime, compositionOffset, data, config: record } = picture;
    const frame = Math.round((decodeTime + compositionOffset - first) / (1_000 / 30));
    const rtpTime = (fromTicks + frame * FRAME_TICKS) % 2 ** 32;
    return { ...reader.push({ data, record })!, rtpTime, arrivedMs: place * 33 };
  });
}

/** The units returned after each input unit, then those returned by the flush. */
function played(units: readonly AccessUnit[]): { times: DecodeTimes; out: AccessUnit[][] } {
  const times = new DecodeTimes();
  return { times, out: [...units.map((unit) => times.push(unit)), times.flush()] };
}

const wrapped = (time: number): number => time >>> 0;
const shownAt = ({ rtpTime, compositionTicks = 0 }: AccessUnit): number =>
  wrapped(rtpTime + compositionTicks);

describe('DecodeTimes', () => {
  let film: FlvPicture[];

  beforeAll(async () => {
    film = await encodeFlvFilm({ frames: 150, framesPerSecond: 30 });
  });

  it('decodes the n-th frame when the n-th one is shown', () => {
    const units = asReceived(film);
    const { times, out } = played(units);
    expect(out.flat().map(({ rtpTime }) => rtpTime)).toEqual(units.map((_, n) => n * FRAME_TICKS));
    expect(out.flat().map(shownAt)).toEqual(units.map(({ rtpTime }) => rtpTime));
    expect(out.flat().map(({ data }) => data)).toEqual(units.map(({ data }) => data));
    expect(times.reorders).toBe(true);
    // The video contains frames that are shown when decoded, later, and earlier.
    const signs = new Set(
      out.flat().map(({ compositionTicks = 0 }) => Math.sign(compositionTicks)),
    );
    expect(signs).toEqual(new Set([-1, 0, 1]));
    const keys = out.flat().filter(({ keyFrame }) => keyFrame);
    expect(keys.map(({ compositionTicks = 0 }) => compositionTicks)).toEqual([0, 0, 0]);
  });

  it('holds no more frames than the encoder reorders, and none across an IDR picture', () => {
    const { out } = played(asReceived(film));
    let [received, done] = [0, 0];
    for (const some of out.slice(0, -1)) {
      received += 1;
      done += some.length;
      expect(received - done).toBeLessThanOrEqual(2);
    }
    const key = film.findIndex(({ keyFrame }, index) => index > 0 && keyFrame);
    expect(out.slice(0, key + 1).flat()).toHaveLength(key);
  });

  it('follows RTP times when they wrap', () => {
    const from = 2 ** 32 - 50 * FRAME_TICKS;
    const { out } = played(asReceived(film, from));
    expect(out.flat().map(({ rtpTime }) => rtpTime)).toEqual(
      film.map((_, n) => wrapped(from + n * FRAME_TICKS)),
    );
  });

  it.each(['bframes=3:b-pyramid=none', 'bframes=3:b-pyramid=strict', 'bframes=8:b-adapt=0'])(
    'keeps every presentation time with %s',
    async (x264) => {
      const units = asReceived(await encodeFlvFilm({ frames: 120, framesPerSecond: 30, x264 }));
      const { out } = played(units);
      expect(out.flat().map(shownAt)).toEqual(units.map(({ rtpTime }) => rtpTime));
      expect(out.flat().map(({ rtpTime }) => rtpTime)).toEqual(
        units.map((_, n) => n * FRAME_TICKS),
      );
    },
  );

  it('passes on a stream without B-frames at once and unchanged', async () => {
    const x264 = 'bframes=0';
    const units = asReceived(await encodeFlvFilm({ frames: 60, framesPerSecond: 30, x264 }));
    const times = new DecodeTimes();
    for (const unit of units) expect(times.push(unit)).toEqual([unit]);
    expect(times.reorders).toBe(false);
  });

  it('stays in order if the parameter sets declare no reordering', () => {
    // The depth is learned from the first B-frame, after other frames have been passed on.
    const units = asReceived(film).map((unit) => ({
      ...unit,
      config: { ...unit.config, record: new Uint8Array() },
    }));
    const { out } = played(units);
    const decodeTimes = out.flat().map(({ rtpTime }) => rtpTime);
    expect(decodeTimes).toEqual([...new Set(decodeTimes)].toSorted((a, b) => a - b));
    expect(out.flat().map(shownAt)).toEqual(units.map(({ rtpTime }) => rtpTime));
    const second = film.findIndex(({ keyFrame }, index) => index > 0 && keyFrame);
    expect(decodeTimes.slice(second)).toEqual(
      film.slice(second).map((_, n) => (second + n) * FRAME_TICKS),
    );
  });

  it('continues when the clock is set back or forward', () => {
    const units = asReceived(film, 90_000_000);
    const [before, after] = [units.slice(0, 75), units.slice(75)];
    for (const jump of [-80_000_000, 80_000_000]) {
      const moved = after.map((unit) => ({ ...unit, rtpTime: unit.rtpTime + jump }));
      const { out } = played([...before, ...moved]);
      expect(out.flat().map(shownAt)).toEqual([...before, ...moved].map(({ rtpTime }) => rtpTime));
    }
  });

  it('releases waiting frames when the sender pauses', () => {
    const times = new DecodeTimes();
    const units = asReceived(film).slice(0, 20);
    const done = units.flatMap((unit) => times.push(unit));
    const lastMs = units.at(-1)!.arrivedMs;
    expect(times.expire(lastMs + 900)).toEqual([]);
    expect(done.length + times.expire(lastMs + 1_100).length).toBe(units.length);
  });
});

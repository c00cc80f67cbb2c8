import { describe, expect, it } from 'vitest';
import { EagerTurns } from '../../../test/support/eager-turns.js';
import { journalLine, readJournal, type RecordedRun } from '../journal/recorded.js';
import { type RecordedSegment } from '../journal/journal-line.js';
import { SegmentTable } from '../journal/segment-table.js';
import { cutVod } from './cut.js';
import { previewsOf, previewsVtt } from './previews.js';
import { SPANS_MAX, type Vod, vodOf } from './vod.js';
import { playlistsOf, vodMedia, vodMultivariant } from './vod-playlists.js';

const START_MS = Date.UTC(2026, 10, 23, 12);
const CODECS = { 'video-0': 'avc1.42C01F', 'video-1': 'avc1.42C01F', opus: 'opus' };

type RunShape = Partial<{ wallMs: number; msns: number; ids: (keyof typeof CODECS)[] }>;

/** Returns a run with segments of two seconds. */
function run(
  id: string,
  { wallMs = START_MS, msns = 3, ids = ['video-1', 'opus'] }: RunShape = {},
): RecordedRun {
  const segment = (msn: number): RecordedSegment => ({
    kind: 'segment',
    msn,
    file: `${msn}.m4s`,
    init: 'init-0.mp4',
    durationS: 2,
    wallMs: wallMs + msn * 2_000,
    discontinuity: false,
    bytes: 1_000,
    frames: 60,
  });
  return {
    id,
    renditions: ids.map((rendition) =>
      readJournal(
        rendition,
        [
          journalLine({
            kind: 'init',
            file: 'init-0.mp4',
            codecs: CODECS[rendition],
            ...(rendition === 'opus' ? { channels: 2 } : { width: 640, height: 360 }),
          }),
          ...Array.from({ length: msns }, (_, msn) => journalLine(segment(msn))),
        ].join(''),
      ),
    ),
  };
}

const rowsOf = (vod: Vod | null) => [...(vod?.renditions[0]?.segments ?? [])];
const idsOf = async (runs: readonly RecordedRun[]) =>
  rowsOf(await vodOf(runs)).map((one) => `${one.run}/${one.msn}`);

describe('readJournal', () => {
  const { inits, segments } = run('a').renditions[0]!;
  const lines = [...inits.values(), ...segments].map(journalLine);

  it.each([
    ['a line truncated by a crash', `${lines[0]}${lines[1]}${lines[2]!.slice(0, 20)}`, [0]],
    ['zeros', `${lines[0]}${lines[1]}\0\0\0\0\n${lines[2]}`, [0, 1]],
    ['a line truncated by a full disk', `${lines[0]}{"kind":"seg\n${lines[1]}${lines[2]}`, [0, 1]],
    ['segments without their initialization section', `${lines[0]!.slice(9)}${lines[1]}`, []],
  ])('omits %s', (_what, text, msns) => {
    expect([...readJournal('video-0', text).segments].map(({ msn }) => msn)).toEqual(msns);
  });
});

describe('vodOf', () => {
  it('ends with its shortest rendition', async () => {
    const { id, renditions } = run('a');
    const [video, sound] = renditions;
    const two = SegmentTable.of('opus', [...sound!.segments].slice(0, 2));
    const cut = { ...sound!, segments: two };
    const vod = await vodOf([{ id, renditions: [video!, cut] }]);
    expect(vod?.durationMs).toBe(4_000);
    expect(vod?.renditions.map(({ segments }) => segments.length)).toEqual([2, 2]);
  });

  it('states the largest frame size if the size changed', async () => {
    const { renditions } = run('b', { wallMs: START_MS + 60_000 });
    const [video, sound] = renditions;
    const init = { ...[...video!.inits.values()][0]!, width: 320, height: 180 };
    const inits = new Map([['init-0.mp4', init]]);
    const runs = [run('a'), { id: 'b', renditions: [{ ...video!, inits }, sound!] }];
    for (const order of [runs, runs.toReversed()])
      expect((await vodOf(order))?.renditions[0]?.init).toMatchObject({ width: 640, height: 360 });
  });

  it('contains a discontinuity where segments are missing', async () => {
    const { id, renditions } = run('a', { msns: 4 });
    const missing = renditions.map((one) => ({
      ...one,
      segments: SegmentTable.of(
        one.id,
        [...one.segments].filter(({ msn }) => msn !== 1),
      ),
    }));
    const vod = await vodOf([{ id, renditions: missing }]);
    expect(rowsOf(vod).map(({ discontinuity }) => discontinuity)).toEqual([false, true, false]);
    expect(vod?.spans.map(({ durationMs }) => durationMs)).toEqual([2_000, 4_000]);
  });

  it('starts where both video and audio exist', async () => {
    const { id, renditions } = run('a');
    const [video, sound] = renditions;
    const [first, ...rest] = video!.segments;
    const gap = { ...first!, file: null, init: null };
    const late = { ...video!, segments: SegmentTable.of('video-1', [gap, ...rest]) };
    expect(await idsOf([{ id, renditions: [late, sound!] }])).toEqual(['a/1', 'a/2']);
  });

  it('plays runs of the same kind in sequence, with a discontinuity between them', async () => {
    const vod = await vodOf([run('a'), run('b', { wallMs: START_MS + 60_000, msns: 2 })]);
    expect(vod?.spans).toEqual([
      { atMs: 0, durationMs: 6_000, wallMs: START_MS },
      { atMs: 6_000, durationMs: 4_000, wallMs: START_MS + 60_000 },
    ]);
    expect(rowsOf(vod).map(({ discontinuity }) => discontinuity)).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  it('plays the kind with the longest duration if runs differ', async () => {
    const short = run('a', { msns: 2, ids: ['video-0', 'opus'] });
    const runs = [short, run('b', { msns: 3 }), run('c', { msns: 1 })];
    expect(await idsOf(runs)).toEqual(['b/0', 'b/1', 'b/2', 'c/0']);
  });

  it('limits the number of spans, however often the time jumps', async () => {
    const [first] = run('a').renditions[0]!.segments;
    const segments = Array.from({ length: 3 * SPANS_MAX }, (_, msn) => ({
      ...first!,
      msn,
      // Every other segment is 700 ms late.
      wallMs: START_MS + msn * 2_000 + (msn % 2) * 700,
    }));
    const { inits } = run('a').renditions[0]!;
    const table = SegmentTable.of('video-1', segments);
    const vod = await vodOf([{ id: 'a', renditions: [{ id: 'video-1', inits, segments: table }] }]);
    expect(vod?.spans).toEqual([{ atMs: 0, durationMs: 6_000 * SPANS_MAX, wallMs: START_MS }]);
  });

  it('returns null without segments', async () => {
    expect(await vodOf([])).toBeNull();
    expect(await vodOf([run('a', { msns: 0 })])).toBeNull();
  });
});

describe('cutVod', () => {
  const runs = [run('a'), run('b', { wallMs: START_MS + 60_000 })];

  it.each([
    [{ startMs: 0, endMs: 2_000 }, ['a/0'], 0],
    [{ startMs: 500, endMs: 1_500 }, ['a/0'], 500],
    [{ startMs: 1_500, endMs: 2_500 }, ['a/0', 'a/1'], 1_500],
    [{ startMs: 5_000, endMs: 7_000 }, ['a/2', 'b/0'], 1_000],
    [{ startMs: 11_000, endMs: 99_000 }, ['b/2'], 1_000],
  ])('covers %o with %j, starting at %i ms', async (range, ids, playFromMs) => {
    const cut = cutVod((await vodOf(runs))!, range);
    const video = cut!.renditions.filter(({ id }) => id === 'video-1');
    expect(
      video.flatMap(({ run: of, segments }) => segments.map(({ msn }) => `${of}/${msn}`)),
    ).toEqual(ids);
    expect(video.every(({ inits }) => inits.length === 1)).toBe(true);
    expect(cut).toMatchObject({ playFromMs, durationMs: ids.length * 2_000 });
    expect(cut!.bytes).toBe(ids.length * 2 * 1_000);
  });

  it('returns null beyond the end', async () => {
    expect(cutVod((await vodOf(runs))!, { startMs: 12_000, endMs: 13_000 })).toBeNull();
  });
});

const textOf = async (vod: Vod, id: string) =>
  Buffer.from(await vodMedia(playlistsOf(vod).find((one) => one.id === id)!)).toString();

describe('the playlists', () => {
  it('list everything, relative to the recording', async () => {
    const vod = await vodOf([
      run('a', { msns: 1 }),
      run('b', { msns: 1, wallMs: START_MS + 60_000 }),
    ]);
    expect(await textOf(vod!, 'video-1')).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="a/video-1/init-0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T12:00:00.000Z
#EXTINF:2.00000,
a/video-1/0.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="b/video-1/init-0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-23T12:01:00.000Z
#EXTINF:2.00000,
b/video-1/0.m4s
#EXT-X-ENDLIST
`);
    expect(vodMultivariant(vod!)).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="opus",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="opus.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="aac.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=8000,AVERAGE-BANDWIDTH=8000,CODECS="avc1.42C01F,opus",RESOLUTION=640x360,FRAME-RATE=30,AUDIO="opus"
video-1.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=132000,AVERAGE-BANDWIDTH=132000,CODECS="avc1.42C01F,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=30,AUDIO="aac"
video-1.m3u8
`);
  });
});

describe('a long recording', () => {
  const SEGMENTS = 200;

  it('is aligned and joined in slices', async () => {
    const turns = new EagerTurns();
    await vodOf([run('a', { msns: SEGMENTS })], turns);
    // Rows are aligned once, and joined once per rendition.
    expect(turns.taken).toBeGreaterThanOrEqual(3 * SEGMENTS);
  });

  it('is rendered in slices', async () => {
    const vod = await vodOf([run('a', { msns: SEGMENTS })]);
    const [playlist] = playlistsOf(vod!);
    const turns = new EagerTurns();
    await vodMedia(playlist!, turns);
    // The target duration is determined first.
    expect(turns.taken).toBeGreaterThanOrEqual(2 * SEGMENTS);
  });

  it('has its preview images placed and listed in slices', async () => {
    const vod = await vodOf([run('a', { msns: SEGMENTS })]);
    const pictures = Array.from({ length: SEGMENTS }, (_, n) => ({
      file: `${n}.jpg`,
      wallMs: START_MS + n * 2_000,
    }));
    const placing = new EagerTurns();
    const previews = await previewsOf(vod!, pictures, placing);
    expect(previews).toHaveLength(SEGMENTS);
    expect(placing.taken).toBeGreaterThanOrEqual(SEGMENTS);
    const listing = new EagerTurns();
    await previewsVtt(previews, listing);
    expect(listing.taken).toBeGreaterThanOrEqual(SEGMENTS);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EagerTurns } from '../../../test/support/eager-turns.js';
import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';
import { SegmentTable } from '../journal/segment-table.js';
import type { VodRendition, VodSegment } from '../vod/vod.js';
import { FolderStore } from '../store/folder-store.js';
import { MovieData } from './movie-data.js';
import { movieBytes } from './movie-bytes.js';
import { bestVideo, type MovieSource, planMovie } from './movie-plan.js';

type Shape = Readonly<{ msn: number; discontinuity?: boolean; gap?: boolean; init?: string }>;

const SECONDS = 2;
const BYTES = 40;
const TICKS = { 'video-0': 90_000, 'video-1': 90_000, opus: 48_000 } as const;
type Id = keyof typeof TICKS;

function rendition(id: Id, shapes: readonly Shape[]): VodRendition {
  const segments = shapes.map(
    ({ msn, discontinuity = false, gap = false, init = 'init-0.mp4' }): VodSegment => ({
      kind: 'segment',
      msn,
      run: 'a',
      rendition: id,
      file: gap ? null : `${msn}.m4s`,
      init: gap ? null : init,
      durationS: SECONDS,
      wallMs: msn * 2_000,
      discontinuity,
      bytes: gap ? 0 : BYTES,
      frames: 1,
    }),
  );
  return {
    id,
    init: { kind: 'init', file: 'init-0.mp4', codecs: 'x' },
    inits: new Map(),
    segments: SegmentTable.of(id, segments),
    filledS: SECONDS * shapes.filter(({ gap }) => gap !== true).length,
  };
}

/** A source of segments that contain one sample each. The segment's number determines its time. */
const source: MovieSource = {
  keyOf: ({ rendition: id, file }) => `${id}/${file}`,
  sampleEntry: async (_id, _run, init) => Buffer.from(init),
  fragments: async ({ rendition: id, msn }): Promise<PackagedFragment[]> => {
    const timescale = TICKS[id as Id];
    const baseTicks = msn * SECONDS * timescale;
    const durationsTicks = [SECONDS * timescale];
    return [{ baseTicks, offset: 8, sizes: [BYTES - 8], durationsTicks, keys: [0] }];
  },
};

/** Returns the 32-bit numbers of a table's rows. */
function tables(head: Uint8Array, type: string): number[][] {
  const bytes = Buffer.from(head);
  const found: number[][] = [];
  for (let at = bytes.indexOf(type); at !== -1; at = bytes.indexOf(type, at + 4)) {
    const size = bytes.readUInt32BE(at - 4);
    const words = Array.from({ length: (size - 16) / 4 }, (_, i) =>
      bytes.readUInt32BE(at + 12 + 4 * i),
    );
    found.push(words);
  }
  return found;
}

describe('planMovie', () => {
  it('concatenates the files, each segment’s video before its audio', async () => {
    const shapes = [{ msn: 0 }, { msn: 1 }];
    const plan = await planMovie([rendition('video-0', shapes), rendition('opus', shapes)], source);
    expect(plan.pieces).toEqual([
      { source: { key: 'video-0/0.m4s', from: 0 }, at: 0, bytes: BYTES },
      { source: { key: 'opus/0.m4s', from: 0 }, at: 40, bytes: BYTES },
      { source: { key: 'video-0/1.m4s', from: 0 }, at: 80, bytes: BYTES },
      { source: { key: 'opus/1.m4s', from: 0 }, at: 120, bytes: BYTES },
    ]);
    expect(plan.byteLength).toBe(plan.head.length + 4 * BYTES);
  });

  it('yields to other work between any two segments', async () => {
    const shapes = Array.from({ length: 50 }, (_, msn) => ({ msn }));
    const turns = new EagerTurns();
    await planMovie([rendition('video-0', shapes), rendition('opus', shapes)], source, turns);
    expect(turns.taken).toBeGreaterThanOrEqual(shapes.length);
  });

  it('continues without a gap where the publisher was away', async () => {
    const shapes = [{ msn: 0 }, { msn: 30, discontinuity: true }, { msn: 31 }];
    const plan = await planMovie([rendition('video-0', shapes), rendition('opus', shapes)], source);
    expect(tables(plan.head, 'stts')).toEqual([
      [2, 180_000, 1, 180_000],
      [2, 96_000, 1, 96_000],
    ]);
  });

  it('extends the last frame while video is missing, and continues the audio', async () => {
    const video = [{ msn: 0 }, { msn: 1, gap: true }, { msn: 2 }];
    const sound = [{ msn: 0 }, { msn: 1 }, { msn: 2 }];
    const plan = await planMovie([rendition('video-0', video), rendition('opus', sound)], source);
    expect(tables(plan.head, 'stts')[0]).toEqual([1, 360_000, 1, 180_000]);
    expect(plan.pieces).toHaveLength(5);
  });

  it('starts with the first available track', async () => {
    const video = [{ msn: 5, gap: true }, { msn: 6 }];
    const sound = [{ msn: 5 }, { msn: 6 }];
    const plan = await planMovie([rendition('video-0', video), rendition('opus', sound)], source);
    // The track is empty for the first two seconds. The movie's timescale is 90 kHz.
    expect(tables(plan.head, 'elst')[0]?.slice(0, 2)).toEqual([0, 180_000]);
  });

  it('starts the video with its first key frame, at that frame’s time', async () => {
    const fragments = async ({ msn }: VodSegment): Promise<PackagedFragment[]> => {
      const first = msn * 180_000;
      const durationsTicks = [60_000, 60_000, 60_000];
      const keys = msn === 0 ? [] : [1];
      return [{ baseTicks: first, offset: 8, sizes: [7, 8, 9], durationsTicks, keys }];
    };
    const shapes = [{ msn: 0 }, { msn: 1 }, { msn: 2 }];
    const plan = await planMovie([rendition('video-0', shapes)], { ...source, fragments });
    expect(tables(plan.head, 'elst')[0]?.slice(0, 2)).toEqual([0, 240_000]);
    expect(tables(plan.head, 'stss')).toEqual([[1, 4]]);
    expect(tables(plan.head, 'stsz')[0]?.slice(1)).toEqual([8, 9, 7, 8, 9]);
    const [chunks] = tables(plan.head, 'co64');
    // The first segment's file and one sample of the second are skipped.
    expect(chunks?.[1]).toBe(plan.head.length + BYTES + 8 + 7);
  });

  it('assigns sample entries to segments', async () => {
    const shapes = [{ msn: 0 }, { msn: 1, init: 'init-1.mp4' }, { msn: 2 }];
    const plan = await planMovie([rendition('video-0', shapes)], source);
    expect(tables(plan.head, 'stsc')).toEqual([[1, 1, 1, 2, 1, 2, 3, 1, 1]]);
    expect(Buffer.from(plan.head).includes('init-1.mp4')).toBe(true);
  });
});

describe('MovieData', () => {
  const fragments: PackagedFragment[] = [
    { baseTicks: 0, offset: 10, sizes: [5, 6, 7], durationsTicks: [1, 1, 1], keys: [0, 2] },
    { baseTicks: 3, offset: 40, sizes: [5, 6], durationsTicks: [1, 1], keys: [] },
    { baseTicks: 5, offset: 60, sizes: [9], durationsTicks: [1], keys: [0] },
  ];

  it('inserts bytes before key frames within files', () => {
    const data = new MovieData();
    data.add({ key: 'first', bytes: 100, fragments: [], beforeKeys: null });
    const beforeKeys = Buffer.from('sets');
    const placed = data.add({ key: 'second', bytes: 80, fragments, beforeKeys });
    const file = Buffer.from(Array.from({ length: 80 }, (_, at) => at));
    const bytes = Buffer.concat(
      data.pieces.map(({ source: piece, bytes: length }) => {
        if (piece instanceof Uint8Array) return piece;
        const from = piece.key === 'first' ? Buffer.alloc(100) : file.subarray(piece.from);
        return from.subarray(0, length);
      }),
    );
    expect(bytes).toHaveLength(data.byteLength);
    const samples = placed.flatMap(({ offset, sizes }) => {
      let at = offset;
      return sizes.map((size) => bytes.subarray(at, (at += size)));
    });
    const cut = (from: number, size: number) => file.subarray(from, from + size);
    expect(samples).toEqual([
      Buffer.concat([beforeKeys, cut(10, 5)]),
      cut(15, 6),
      Buffer.concat([beforeKeys, cut(21, 7)]),
      cut(40, 5),
      cut(45, 6),
      Buffer.concat([beforeKeys, cut(60, 9)]),
    ]);
  });

  it('includes files unchanged if nothing is inserted', () => {
    const data = new MovieData();
    data.add({ key: 'first', bytes: 100, fragments, beforeKeys: null });
    const placed = data.add({ key: 'second', bytes: 80, fragments, beforeKeys: null });
    expect(placed.map(({ offset }) => offset)).toEqual([110, 140, 160]);
    expect(data.pieces).toHaveLength(2);
  });
});

describe('movieBytes', () => {
  const head = Buffer.from('the head');
  const keys = ['a', 'b', 'c'];
  const between = Buffer.from('-between-');
  const whole = Buffer.concat([
    head,
    Buffer.alloc(BYTES, 'a'),
    Buffer.alloc(BYTES, 'b'),
    between,
    Buffer.alloc(BYTES - 10, 'c'),
  ]);
  const plan = {
    head,
    pieces: [
      { source: { key: 'a', from: 0 }, at: 0, bytes: BYTES },
      { source: { key: 'b', from: 0 }, at: BYTES, bytes: BYTES },
      { source: between, at: 2 * BYTES, bytes: between.length },
      { source: { key: 'c', from: 10 }, at: 2 * BYTES + between.length, bytes: BYTES - 10 },
    ],
    byteLength: whole.length,
  };
  let folder: string;
  let store: FolderStore;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onair-movie-'));
    store = new FolderStore(folder);
    for (const key of keys) await writeFile(join(folder, key), Buffer.alloc(BYTES, key));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('match the whole movie in every range', async () => {
    for (let first = 0; first < whole.length; first += 5)
      for (let last = first; last < whole.length; last += 9) {
        const read = await Readable.from(movieBytes(plan, store, { first, last })).toArray();
        expect(Buffer.concat(read).equals(whole.subarray(first, last + 1))).toBe(true);
      }
  });

  it('fail if a file is missing or shorter', async () => {
    for (const [key, byteLength] of [
      ['gone', BYTES],
      ['a', BYTES + 1],
    ] as const) {
      const pieces = [{ source: { key, from: 0 }, at: 0, bytes: byteLength }];
      const bytes = movieBytes({ ...plan, pieces }, store, { first: 0, last: 48 });
      await expect(Readable.from(bytes).toArray()).rejects.toThrow(key);
    }
  });
});

describe('bestVideo', () => {
  const vodOf = (renditions: VodRendition[]) => ({
    renditions,
    spans: [],
    durationMs: 0,
    bytes: 0,
  });
  const all = [0, 1, 2, 3].map((msn) => ({ msn }));

  it('is the highest rendition that covers the whole recording', () => {
    const renditions = [rendition('video-0', all), rendition('video-1', all)];
    expect(bestVideo(vodOf(renditions))?.id).toBe('video-1');
  });

  it('is a lower rendition if the highest was missing for a long time', () => {
    const partly = all.map(({ msn }) => ({ msn, gap: msn > 1 }));
    const renditions = [rendition('video-0', all), rendition('video-1', partly)];
    expect(bestVideo(vodOf(renditions))?.id).toBe('video-0');
  });

  it('is null for audio only', () => {
    expect(bestVideo(vodOf([rendition('opus', all)]))).toBeNull();
  });
});

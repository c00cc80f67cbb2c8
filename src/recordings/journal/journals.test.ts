import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EagerTurns } from '../../../test/support/eager-turns.js';
import { Journals } from './journals.js';

const SEGMENTS = 50;
const RENDITIONS = ['video-0', 'opus'];
let folder: string;
let journals: Journals;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-journals-'));
  journals = new Journals(folder);
  for (const rendition of RENDITIONS) {
    const place = { key: 'a', run: 'b', rendition };
    const about = { codecs: rendition === 'opus' ? 'opus' : 'avc1.42C01F' };
    await journals.append(place, { kind: 'init', file: 'init-0.mp4', ...about });
    for (let msn = 0; msn < SEGMENTS; msn += 1)
      await journals.append(place, {
        kind: 'segment',
        msn,
        file: `${msn}.m4s`,
        init: 'init-0.mp4',
        durationS: 2,
        wallMs: msn * 2_000,
        discontinuity: false,
        bytes: 1_000,
        frames: 60,
      });
  }
  for (let n = 0; n < SEGMENTS; n += 1)
    await journals.appendPicture('a', { file: `${n}.jpg`, wallMs: n * 2_000 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('yields to other work between any two lines of a journal', async () => {
  const turns = new EagerTurns();
  const [run] = await journals.read('a', turns);
  expect(run?.renditions.map(({ segments }) => segments.length)).toEqual([SEGMENTS, SEGMENTS]);
  expect(turns.taken).toBe(RENDITIONS.length * (1 + SEGMENTS));
});

it('yields to other work between any two preview images', async () => {
  const turns = new EagerTurns();
  expect(await journals.pictures('a', turns)).toHaveLength(SEGMENTS);
  expect(turns.taken).toBe(SEGMENTS);
});

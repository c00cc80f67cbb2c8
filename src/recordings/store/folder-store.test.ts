import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderStore } from './folder-store.js';

let folder: string;
let store: FolderStore;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-store-'));
  store = new FolderStore(join(folder, 'recordings'));
  file = join(folder, 'segment');
  await writeFile(file, 'media');
});
afterEach(() => rm(folder, { recursive: true }));

const read = async (key: string, range?: { first: number; last: number }) => {
  const stream = await store.get(key, range);
  return stream && text(stream);
};

describe('FolderStore', () => {
  it('takes no room for what is on the same disk already, and keeps it when that goes', async () => {
    await store.put('1/run/video-0/0.m4s', file);
    expect((await stat(store.pathOf('1/run/video-0/0.m4s'))).ino).toBe((await stat(file)).ino);
    await rm(file);
    expect(await read('1/run/video-0/0.m4s')).toBe('media');
    expect(await store.head('1/run/video-0/0.m4s')).toBe(5);
  });

  it('gives a part of it', async () => {
    await store.put('1/0.m4s', file);
    expect(await read('1/0.m4s', { first: 1, last: 3 })).toBe('edi');
  });

  it('keeps a copy when what it is of is deleted', async () => {
    await store.put('1/0.m4s', file);
    await store.copy('1/0.m4s', 'clips/2/0.m4s');
    await store.deleteAll('1/');
    expect(await read('1/0.m4s')).toBeNull();
    expect(await read('clips/2/0.m4s')).toBe('media');
  });

  it('puts the same twice without harm, and has nothing where nothing was put', async () => {
    await store.put('1/0.m4s', file);
    await store.put('1/0.m4s', file);
    expect(await store.list('1/')).toEqual(['1/0.m4s']);
    expect(await store.list('2/')).toEqual([]);
    expect(await store.head('2/0.m4s')).toBeNull();
    await store.deleteAll('2/');
  });

  it.each(['../x', '/etc/passwd', 'a//b', 'a/../b', '', '.hidden'])(
    'takes no key that leads elsewhere: "%s"',
    async (key) => {
      await expect(store.put(key, file)).rejects.toThrow('no key');
      await expect(store.get(key)).rejects.toThrow('no key');
    },
  );
});

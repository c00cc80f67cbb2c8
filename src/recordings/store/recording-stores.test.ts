import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { S3Server } from '../../../test/support/s3-server.js';
import { createLog } from '../../common/logger.js';
import { FolderStore } from './folder-store.js';
import type { RecordingStore } from './recording-store.js';
import { S3Store } from './s3-store.js';
import { SpooledStore } from './spooled-store.js';
import { Uploader } from './uploader.js';

const log = createLog({ level: 'silent', format: 'text' });

let bucket: S3Server;
let folder: string;
let file: string;
beforeAll(async () => {
  bucket = await S3Server.start();
});
afterAll(() => bucket.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-store-'));
  file = join(folder, 'segment');
  await writeFile(file, 'media');
});
afterEach(async () => {
  const s3 = new S3Store(bucket.options);
  await s3.deleteAll('');
  await s3.close();
  await rm(folder, { recursive: true });
});

const folderStore = () => new FolderStore(join(folder, 'recordings'));

function spooled(): { store: SpooledStore; uploader: Uploader; spool: FolderStore; s3: S3Store } {
  const [spool, s3] = [folderStore(), new S3Store(bucket.options)];
  const stays = (key: string) => key.endsWith('.jsonl');
  const uploader = new Uploader({ spool, remote: s3, log, stays });
  return { store: new SpooledStore(spool, s3, uploader), uploader, spool, s3 };
}

const MAKERS: Record<string, () => RecordingStore> = {
  'a folder': folderStore,
  'a bucket': () => new S3Store(bucket.options),
  'a bucket via a folder': () => spooled().store,
};

describe.each(Object.entries(MAKERS))('recordings in %s', (_name, make) => {
  let store: RecordingStore;
  beforeEach(() => {
    store = make();
  });
  const read = async (key: string, range?: { first: number; last: number }) => {
    const stream = await store.get(key, range);
    return stream && text(stream);
  };

  it('remain when their source file is deleted', async () => {
    await store.put('1/run/video-0/0.m4s', file);
    await rm(file);
    expect(await read('1/run/video-0/0.m4s')).toBe('media');
    expect(await store.head('1/run/video-0/0.m4s')).toBe(5);
  });

  it('can be read by range', async () => {
    await store.put('1/0.m4s', file);
    expect(await read('1/0.m4s', { first: 1, last: 3 })).toBe('edi');
  });

  it('remain as copies when the original is deleted', async () => {
    await store.put('1/0.m4s', file);
    await store.copy('1/0.m4s', 'clips/2/0.m4s');
    await store.deleteAll('1/');
    expect(await read('1/0.m4s')).toBeNull();
    expect(await read('clips/2/0.m4s')).toBe('media');
  });

  it('can be stored twice, and are absent if never stored', async () => {
    await store.put('1/0.m4s', file);
    await store.put('1/0.m4s', file);
    expect(await store.list('1/')).toEqual(['1/0.m4s']);
    expect(await store.list('2/')).toEqual([]);
    expect(await store.head('2/0.m4s')).toBeNull();
    await expect(store.copy('2/0.m4s', '3/0.m4s')).rejects.toBeInstanceOf(Error);
    await store.deleteAll('2/');
  });

  it('are deleted, however many there are', async () => {
    for (let n = 0; n < 40; n += 1) await store.put(`1/${n}.m4s`, file);
    expect(await store.list('1/')).toHaveLength(40);
    await store.deleteAll('1/');
    expect(await store.list('')).toEqual([]);
  });

  it.each(['../x', '/etc/passwd', 'a//b', 'a/../b', '', '.hidden'])(
    'reject keys outside the store: "%s"',
    async (key) => {
      await expect(store.put(key, file)).rejects.toThrow('not a valid recording key');
      await expect(store.get(key)).rejects.toThrow('not a valid recording key');
    },
  );
});

describe('FolderStore', () => {
  it('links files that are on the same disk', async () => {
    const store = folderStore();
    await store.put('1/0.m4s', file);
    expect((await stat(store.pathOf('1/0.m4s'))).ino).toBe((await stat(file)).ino);
  });
});

describe('SpooledStore', () => {
  const WAIT = { timeout: 30_000 };

  it('uploads stored files, then removes them from the folder', async () => {
    const { store, uploader, spool, s3 } = spooled();
    await store.put('1/0.m4s', file);
    await expect.poll(() => uploader.waiting, WAIT).toEqual({ files: 0, bytes: 0 });
    expect(await s3.head('1/0.m4s')).toBe(5);
    expect(await spool.head('1/0.m4s')).toBeNull();
    expect(await store.head('1/0.m4s')).toBe(5);
    expect(uploader.isUp).toBe(true);
  });

  it.each(['refusing', 'silent'] as const)(
    'retains files while the bucket is unreachable (%s), and uploads them afterwards',
    async (how) => {
      const { store, uploader, spool, s3 } = spooled();
      bucket.goAway(how);
      try {
        await store.put('1/0.m4s', file);
        await store.copy('1/0.m4s', 'clips/2/0.m4s');
        await expect.poll(() => uploader.isUp, WAIT).toBe(false);
        expect(uploader.waiting).toEqual({ files: 2, bytes: 10 });
        expect(await spool.head('1/0.m4s')).toBe(5);
        expect(await store.head('1/0.m4s')).toBe(5);
        await expect(store.head('3/0.m4s')).rejects.toMatchObject({ code: 'unavailable' });
        await expect(store.deleteAll('3/')).rejects.toBeInstanceOf(Error);
      } finally {
        bucket.comeBack();
      }
      await expect.poll(() => uploader.waiting.files, WAIT).toBe(0);
      expect(await s3.list('')).toEqual(['1/0.m4s', 'clips/2/0.m4s']);
      expect(uploader.isUp).toBe(true);
    },
    90_000,
  );

  it('uploads files left by an earlier process, and leaves journals in the folder', async () => {
    const spool = folderStore();
    await spool.put('1/0.m4s', file);
    await spool.put('1/journal.jsonl', file);
    const { uploader, s3 } = spooled();
    await uploader.resume();
    uploader.add('1/journal.jsonl', 5);
    await expect.poll(() => uploader.waiting.files, WAIT).toBe(0);
    expect(await s3.list('')).toEqual(['1/0.m4s', '1/journal.jsonl']);
    expect(await spool.list('')).toEqual(['1/journal.jsonl']);
  });

  it('uploads a journal as it was when it was added, after the files that it names', async () => {
    const { store, uploader, spool, s3 } = spooled();
    const order: string[] = [];
    const put = s3.put.bind(s3);
    s3.put = async (key, ...rest) => {
      await put(key, ...rest);
      order.push(key);
    };
    await spool.put('1/run/journal.jsonl', file);
    for (let n = 0; n < 9; n += 1) await store.put(`1/run/${n}.m4s`, file);
    uploader.add('1/run/journal.jsonl', 3);
    await store.put('2/run/0.m4s', file);
    await uploader.settled('1/');
    await expect.poll(() => uploader.waiting.files, WAIT).toBe(0);
    // Uploads run in parallel, so another run's file can overtake the last of these.
    expect(order.slice(0, order.indexOf('1/run/journal.jsonl'))).toEqual(
      expect.arrayContaining(Array.from({ length: 9 }, (_, n) => `1/run/${n}.m4s`)),
    );
    expect(order).toContain('1/run/journal.jsonl');
    expect(await s3.head('1/run/journal.jsonl')).toBe(3);
    expect(await spool.head('1/run/journal.jsonl')).toBe(5);
  });

  it('does not upload deleted files', async () => {
    const { store, uploader, s3 } = spooled();
    for (let n = 0; n < 20; n += 1) await store.put(`1/${n}.m4s`, file);
    await store.deleteAll('1/');
    expect(uploader.waiting).toEqual({ files: 0, bytes: 0 });
    expect(await s3.list('')).toEqual([]);
  });
});

import { execFile } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RecordedFilm } from '../support/recorded-film.js';
import { ServerProcess } from '../support/server-process.js';

const run = promisify(execFile);
let base: string;
beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'onair-modes-'))));
afterAll(() => rm(base, { recursive: true, force: true }));

/** What of a folder, itself included, its group or others may do something with. */
async function openTo(others: string): Promise<{ open: string[]; seen: number }> {
  const names = await readdir(others, { recursive: true, encoding: 'utf8' });
  const paths = [others, ...names.map((name) => join(others, name))];
  const modes = await Promise.all(paths.map(async (path) => (await lstat(path)).mode));
  const open = paths.filter((_, index) => ((modes[index] ?? 0) & 0o077) !== 0);
  return { open: open.map((path) => relative(base, path)), seen: paths.length };
}

it('nothing that the service makes is open to other users of the machine', async () => {
  const dir = join(base, 'fresh');
  // Its own database as well: the tests' usual one is unpacked for it.
  const server = await ServerProcess.start({ DATA_DIR: dir });
  try {
    const film = await RecordedFilm.of(server.url, 'tea');
    const id = await film.send();
    await film.recorded(id, 4_000);
    const live = await openTo(dir);
    expect(live.open).toEqual([]);
    await film.end();
    await film.finished(id);
    await server.kill('SIGTERM');
    const { open, seen } = await openTo(dir);
    expect(open).toEqual([]);
    expect(seen).toBeGreaterThan(900);
    expect(await readdir(dir)).toEqual(
      expect.arrayContaining(['hls', 'pg', 'pg.lock', 'recordings', 'secret.key']),
    );

    // As a version left it that did not care.
    await run('chmod', ['-R', 'a+rwX', dir]);
    expect((await openTo(dir)).open.length).toBe(seen);
    await server.start();
    const again = await openTo(dir);
    expect(again.open).toEqual([]);
    await film.recording(id);
  } finally {
    await server.close();
  }
}, 300_000);

it('a folder that is there is closed before anything is put into it', async () => {
  const dir = join(base, 'there');
  await mkdir(dir, { mode: 0o755 });
  await run('chmod', ['0777', dir]);
  const server = await ServerProcess.start({ DATA_DIR: dir });
  try {
    expect((await openTo(dir)).open).toEqual([]);
  } finally {
    await server.close();
  }
}, 300_000);

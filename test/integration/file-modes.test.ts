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

/**
 * Returns everything in a folder, including the folder itself, that the group or others can access.
 */
async function openTo(others: string): Promise<{ open: string[]; seen: number }> {
  const names = await readdir(others, { recursive: true, encoding: 'utf8' });
  const paths = [others, ...names.map((name) => join(others, name))];
  const modes = await Promise.all(paths.map(async (path) => (await lstat(path)).mode));
  const open = paths.filter((_, index) => ((modes[index] ?? 0) & 0o077) !== 0);
  return { open: open.map((path) => relative(base, path)), seen: paths.length };
}

it('other users of the machine cannot access anything that the service creates', async () => {
  const dir = join(base, 'fresh');
  // The server creates its own database here, instead of unpacking the tests' usual image.
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

    // Earlier versions left these modes behind.
    await run('chmod', ['-R', 'a+rwX', dir]);
    expect((await openTo(dir)).open.length).toBe(seen);
    await server.start();
    const again = await openTo(dir);
    expect(again.open).toEqual([]);
    await film.recording(id);
  } finally {
    await server.close();
  }
});

it('an existing folder is closed before anything is written to it', async () => {
  const dir = join(base, 'there');
  await mkdir(dir, { mode: 0o755 });
  await run('chmod', ['0777', dir]);
  const server = await ServerProcess.start({ DATA_DIR: dir });
  try {
    expect((await openTo(dir)).open).toEqual([]);
  } finally {
    await server.close();
  }
});

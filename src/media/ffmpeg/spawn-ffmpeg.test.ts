import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { spawnFfmpeg } from './spawn-ffmpeg.js';
import { runFfmpeg } from './run-ffmpeg.js';

const LIMITS = { memoryMiB: 1_024, cpuSeconds: 7 };
let folder: string;
/** Stands in for FFmpeg and prints its arguments, environment, and limits. */
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onair-spawn-'));
  program = join(folder, 'ffmpeg');
  const script = [
    '#!/bin/sh',
    'echo "args $*"',
    'env | sed "s/^/env /"',
    'echo "memory $(ulimit -v)"; echo "files $(ulimit -n)"; echo "cpu $(ulimit -t)"',
    'echo "size $(ulimit -f)"; echo "core $(ulimit -c)"',
    // No pipe, because the shell itself would have the pipe open for a moment.
    'ls /proc/$$/fd',
    'echo "group $(ps -o pgid= -p $$)"',
    'true > "$0.written" && echo "wrote"; echo x > "$0.written" || echo "wrote nothing"',
  ];
  writeFileSync(program, `${script.join('\n')}\n`);
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('runs FFmpeg within limits, without the service’s secrets and open files', async () => {
  vi.stubEnv('S3_SECRET_ACCESS_KEY', 'hush');
  vi.stubEnv('DATABASE_URL', 'postgresql://me:hush@db/onair');
  const child = spawnFfmpeg(
    program,
    { input: ['-i', 'pipe:0'], output: ['-f', 'mjpeg', 'pipe:1'] },
    LIMITS,
  );
  vi.unstubAllEnvs();
  child.stdin.end();
  const output = await text(child.stdout);
  expect(output).toMatch(/^args .*-protocol_whitelist pipe -i pipe:0 -f mjpeg pipe:1$/m);
  expect(output).not.toContain('hush');
  expect(output).toMatch(/^env PATH=/m);
  expect(output).not.toMatch(/^env (?!PATH|LANG|LC_ALL|LD_LIBRARY_PATH|PWD|OLDPWD|SHLVL|_=)/m);
  expect(output).toMatch(/^memory 1048576$/m);
  expect(output).toMatch(/^files 64$/m);
  expect(output).toMatch(/^cpu 7$/m);
  expect(output).toMatch(/^size 0$/m);
  expect(output).toMatch(/^core 0$/m);
  // Signals to the service's process group don't reach FFmpeg.
  expect(output).toMatch(new RegExp(`^group +${child.pid}$`, 'm'));
  const files = [...output.matchAll(/^(\d+)$/gm)].map(([, fd]) => Number(fd));
  expect(files).toEqual(expect.arrayContaining([0, 1, 2]));
  // The shell opens its script with file descriptor 10 or above.
  expect(files.filter((fd) => fd > 2 && fd < 10)).toEqual([]);
});

it.skipIf(!process.env.FFMPEG_BIN)(
  'prevents FFmpeg from opening anything but its pipes',
  async () => {
    const file = join(folder, 'film.ivf');
    writeFileSync(file, 'DKIF');
    const ffmpeg = process.env.FFMPEG_BIN ?? 'ffmpeg';
    const reading = runFfmpeg({
      program: ffmpeg,
      inputArgs: ['-f', 'ivf', '-i', file],
      outputArgs: ['-f', 'mjpeg', 'pipe:1'],
      input: [],
      timeoutMs: 30_000,
      outputMax: 1_000,
    });
    await expect(reading).rejects.toThrow(/whitelist/);
  },
);

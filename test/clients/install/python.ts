import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { madeOnce, Missing, run } from './cache.js';

/**
 * Installs Python packages at exact versions, as wheels only, so that no package runs code during
 * installation. Returns the folder.
 */
async function installPython(name: string, packages: readonly string[]): Promise<string> {
  return madeOnce(`python-${name}`, packages.join(' '), async (folder) => {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/pip'), ['install', '--only-binary=:all:', ...packages]);
  });
}

/** Returns the folder of a Python environment with aiortc. */
export const installAiortc = (): Promise<string> => installPython('aiortc', ['aiortc==1.16.0']);

/** Returns the path of FFmpeg 9. */
export const installFfmpeg9 = (): Promise<string> => installFfmpeg('ffmpeg', '0.8.1');

/** Returns the path of FFmpeg 7. */
export const installFfmpeg7 = (): Promise<string> => installFfmpeg('ffmpeg-7', '0.6.0');

/**
 * Installs the FFmpeg contained in a version of the Python package `imageio-ffmpeg`; returns its
 * path.
 */
async function installFfmpeg(name: string, version: string): Promise<string> {
  const folder = await installPython(name, [`imageio-ffmpeg==${version}`]);
  const file = (await readdir(folder, { recursive: true })).find((path) =>
    /imageio_ffmpeg\/binaries\/ffmpeg-[^/]+$/.test(path),
  );
  if (file === undefined) throw new Missing('imageio-ffmpeg has no FFmpeg for this machine');
  return join(folder, file);
}

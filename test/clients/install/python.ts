import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { madeOnce, Missing, run } from './cache.js';

/** A folder with a Python and these packages, at these versions. Only built ones: nothing of them runs here. */
async function installPython(name: string, packages: readonly string[]): Promise<string> {
  return madeOnce(`python-${name}`, packages.join(' '), async (folder) => {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/pip'), ['install', '--only-binary=:all:', ...packages]);
  });
}

/** The folder of a Python that has aiortc. */
export const installAiortc = (): Promise<string> => installPython('aiortc', ['aiortc==1.16.0']);

/** The path of FFmpeg 9, which comes as a Python package. */
export async function installFfmpeg9(): Promise<string> {
  const folder = await installPython('ffmpeg', ['imageio-ffmpeg==0.8.1']);
  const file = (await readdir(folder, { recursive: true })).find((path) =>
    /imageio_ffmpeg\/binaries\/ffmpeg-[^/]+$/.test(path),
  );
  if (file === undefined) throw new Missing('imageio-ffmpeg has no FFmpeg for this machine');
  return join(folder, file);
}

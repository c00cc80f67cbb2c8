import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpeg } from './ffmpeg.js';

const CODECS = '-c:v libvpx -deadline realtime -cpu-used 8 -b:v 500k -c:a libopus -b:a 64k';

/** Returns a WebM film with a tone. Its picture comes from an FFmpeg source such as `color=red`. */
export async function playedFilm(
  source: string,
  { toneHz, seconds }: { toneHz: number; seconds: number },
): Promise<Buffer> {
  const input = (filter: string) => ['-f', 'lavfi', '-t', String(seconds), '-i', filter];
  const picture = `${source}${source.includes('=') ? ':' : '='}size=320x180:rate=30`;
  const sound = `sine=frequency=${toneHz}:sample_rate=48000`;
  // FFmpeg writes a WebM file's duration only if it can seek in the output.
  const folder = await mkdtemp(join(tmpdir(), 'played-film-'));
  const file = join(folder, 'film.webm');
  try {
    await ffmpeg(
      [...input(picture), ...input(sound), ...CODECS.split(' '), file],
      new Uint8Array(),
    );
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

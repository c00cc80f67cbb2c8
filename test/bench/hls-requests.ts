import { fetchBytes } from '../support/fetched-playlist.js';
import { Film } from './hls-film.js';
import { ServedFilm } from './hls-served.js';
import { fetchLive, playlistUrl } from './live-playlist.js';
import { Nginx } from './nginx.js';
import { comparison, type Round, type Row } from './row.js';
import { requestInTurn, wrkProgram } from './wrk.js';

const ROUNDS = 5;
/** Parts that are asked for in turn: those of the newest segments are in every playlist. */
const PARTS = 6;
const RENDITIONS = [
  ['video-2', '720p'],
  ['opus', 'sound'],
] as const;

/**
 * Requests that one core answers in a second, against nginx with the same bytes on the disk. Both by the CPU they
 * used, so that it doesn't matter how much of a core they got.
 */
export async function benchRequests(): Promise<Row[]> {
  wrkProgram();
  const nginx = await Nginx.start();
  const film = await Film.make();
  const served = await ServedFilm.start(film);
  try {
    served.play();
    const rows: Row[] = [];
    for (const [rendition, name] of RENDITIONS)
      rows.push(await compareParts({ served, nginx, rendition, name }));
    return rows;
  } finally {
    await served.stop();
    await nginx.stop();
    await film.remove();
  }
}

type Subject = { served: ServedFilm; nginx: Nginx; rendition: string; name: string };

async function compareParts({ served, nginx, rendition, name }: Subject): Promise<Row> {
  const playlist = await playlistUrl(served.url, rendition);
  const rounds: Round[] = [];
  let bytesEach = 0;
  // The first warms up both.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const { partUrls } = await fetchLive(playlist);
    const urls = partUrls.slice(-PARTS);
    const parts = await Promise.all(urls.map(fetchBytes));
    await Promise.all(parts.map((part, i) => nginx.put(new URL(urls[i] ?? '').pathname, part)));
    const measured = await perCoreSecond(urls, async () => (await served.used()).cpuUs);
    const files = urls.map((url) => `${nginx.url}${new URL(url).pathname}`);
    const baseline = await perCoreSecond(files, () => nginx.cpuUs());
    if (round > 0) rounds.push({ measured, baseline });
    bytesEach = parts.reduce((sum, part) => sum + part.byteLength, 0) / parts.length;
  }
  const size = `${Math.round(bytesEach / 1_024)} KB`;
  return comparison(`parts answered by one core: ${name}, ${size} each`, {
    unit: 'requests/s',
    rounds,
    ratioAtLeast: 0.5,
  });
}

async function perCoreSecond(
  urls: readonly string[],
  cpuUs: () => Promise<number>,
): Promise<number> {
  const before = await cpuUs();
  const answered = await requestInTurn(urls);
  return (answered * 1_000_000) / ((await cpuUs()) - before);
}

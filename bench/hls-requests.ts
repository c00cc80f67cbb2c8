import { setTimeout as pause } from 'node:timers/promises';
import { fetchBytes } from '../test/support/fetched-playlist.js';
import { Film } from './hls-film.js';
import { ServedFilm } from './hls-served.js';
import { fetchLive, playlistUrl, withPart } from './live-playlist.js';
import { Nginx } from './nginx.js';
import { toTheCore } from './one-core.js';
import { comparison, type Round, type Row } from './row.js';
import { Waiters } from './waiters.js';
import { requestInTurn, wrkProgram } from './wrk.js';

const ROUNDS = 4;
/**
 * The number of parts that are requested in turn. Playlists list the parts of the newest segments.
 */
const PARTS = 6;
const RENDITIONS = [
  ['video-2', '720p'],
  ['opus', 'sound'],
] as const;
/** The number of viewers waiting for playlists. */
const VIEWERS = 500;
const WAKE_UPS = 6;
const REST_MS = 2_000;

/**
 * Measures requests per second of CPU time, compared with nginx serving the same bytes from disk.
 */
export async function benchRequests(): Promise<Row[]> {
  wrkProgram();
  const nginx = await Nginx.start();
  const film = await Film.make();
  const served = await ServedFilm.start(film);
  try {
    await Promise.all([served.pid, nginx.pid].map(toTheCore));
    await served.play();
    const rows: Row[] = [];
    for (const [rendition, name] of RENDITIONS)
      rows.push(await compareParts({ served, nginx, rendition, name }));
    rows.push(await comparePlaylists(served, nginx));
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
  // The first round warms up both servers.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const urls = await newestParts(playlist);
    const parts = await Promise.all(urls.map(fetchBytes));
    await Promise.all(parts.map((part, i) => nginx.put(new URL(urls[i] ?? '').pathname, part)));
    const measured = await perCoreSecond(urls, async () => (await served.used()).cpuUs);
    const files = urls.map((url) => `${nginx.url}${new URL(url).pathname}`);
    const baseline = await perCoreSecond(files, () => nginx.cpuUs());
    if (round > 0) rounds.push({ measured, baseline });
    bytesEach = parts.reduce((sum, part) => sum + part.byteLength, 0) / parts.length;
  }
  const size = `${Math.round(bytesEach / 1_024)} KB`;
  return comparison(`parts served by one core: ${name}, ${size} each`, {
    unit: 'requests/s',
    rounds,
    ratioAtLeast: 0.5,
  });
}

async function newestParts(playlist: string): Promise<string[]> {
  let live = await fetchLive(playlist);
  while (live.partUrls.length < PARTS) live = await fetchLive(withPart(playlist, live.next));
  return live.partUrls.slice(-PARTS);
}

/**
 * Compares the delivery of playlists to clients that, like players, are waiting for them. The CPU
 * time of the broadcast itself is subtracted.
 */
async function comparePlaylists(served: ServedFilm, nginx: Nginx): Promise<Row> {
  const atRest = await cpuDuring(served, () => pause(REST_MS));
  const playlist = await fetchLive(await playlistUrl(served.url, 'video-2'));
  await nginx.put('/playlist.m3u8', playlist.text);
  const waiters = await Waiters.of(served, VIEWERS);
  try {
    const rounds: Round[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const woken = await cpuDuring(served, async () => {
        for (let i = 0; i < WAKE_UPS; i += 1) await waiters.wakeUp();
      });
      const busyUs = woken.busyUs - atRest.busyUs * (woken.passedMs / atRest.passedMs);
      const measured = (VIEWERS * WAKE_UPS * 1_000_000) / busyUs;
      const file = `${nginx.url}/playlist.m3u8`;
      const baseline = await perCoreSecond([file], () => nginx.cpuUs());
      if (round > 0) rounds.push({ measured, baseline });
    }
    return comparison('blocking playlist requests served by one core', {
      unit: 'requests/s',
      rounds,
    });
  } finally {
    await waiters.stop();
  }
}

async function cpuDuring(
  served: ServedFilm,
  what: () => Promise<unknown>,
): Promise<{ busyUs: number; passedMs: number }> {
  const { cpuUs } = await served.used();
  const fromMs = performance.now();
  await what();
  const passedMs = performance.now() - fromMs;
  return { busyUs: (await served.used()).cpuUs - cpuUs, passedMs };
}

async function perCoreSecond(
  urls: readonly string[],
  cpuUs: () => Promise<number>,
): Promise<number> {
  const before = await cpuUs();
  const answered = await requestInTurn(urls);
  return (answered * 1_000_000) / ((await cpuUs()) - before);
}

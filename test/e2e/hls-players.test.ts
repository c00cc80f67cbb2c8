import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BarePage, type BarePlayer, serveBarePage } from '../support/bare-page.js';
import { hasFfmpegReaders } from '../support/ffmpeg-reader.js';
import { playIn } from '../support/hls-js-page.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { startSharedCache } from '../support/shared-cache.js';
import { Stage, WAIT } from '../support/stage.js';
import { videoOf } from '../support/video.js';

const PLAYERS: readonly BarePlayer[] = ['hls.js', 'video.js', 'shaka'];

let stage: Stage;
const sites = new Map<BarePlayer, BarePage>();
beforeAll(async () => {
  stage = await Stage.open();
  for (const player of PLAYERS) sites.set(player, await serveBarePage(player));
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(async () => {
  await stage?.close();
  for (const site of sites.values()) await site.close();
});

/** More than any player has in its hands when it begins. */
const ENOUGH_S = 12;
/** A playlist that nothing new came to is asked for again; a stale one is, ten times a second. */
const REPEATED_MAX = 20;

/** How often the page asks for each playlist from now on. */
function countRequests(viewer: Page): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  viewer.on('request', (request) => {
    const url = request.url();
    if (url.includes('.m3u8')) counts.set(url, (counts.get(url) ?? 0) + 1);
  });
  return counts;
}

/** A film that is live. Shaka 5.2 fails on a playlist of less than three segments: it looks for captions in one to come. */
async function liveFilm(channel: string): Promise<{ film: RecordedFilm; url: string }> {
  const film = await RecordedFilm.of(stage.server.url, channel);
  await film.send();
  await film.goesOnLive(3);
  return { film, url: `${stage.server.url}/hls/${channel}/index.m3u8` };
}

/** Begins to watch with a player of another site. */
async function watchWith(player: BarePlayer, url: string): Promise<Page> {
  const viewer = await stage.visit('/', { url: sites.get(player)?.url ?? '' });
  await playIn(viewer, url);
  return viewer;
}

/** Resolves when so much more was played, decoded frames with it. */
async function plays(viewer: Page, seconds: number): Promise<void> {
  const before = await videoOf(viewer);
  const ran = async (): Promise<boolean> => {
    const { time, frames } = await videoOf(viewer);
    return time - before.time >= seconds && frames - before.frames >= seconds * 15;
  };
  await expect.poll(ran, WAIT).toBe(true);
}

describe.skipIf(!hasFfmpegReaders)('a live film on another site', () => {
  it.each(PLAYERS)('is played by %s, frame after frame', async (player) => {
    const { film, url } = await liveFilm(`seen-by-${player.replace('.', '-')}`);
    const viewer = await watchWith(player, url);
    const asked = countRequests(viewer);
    await plays(viewer, ENOUGH_S);
    expect(await viewer.evaluate('barePlayer.errors')).toEqual([]);
    expect(Math.max(...asked.values())).toBeLessThan(REPEATED_MAX);
    await film.end();
  });

  it.each(PLAYERS)('is played by %s out of the cache of a CDN', async (player) => {
    const { film, url } = await liveFilm(`cached-for-${player.replace('.', '-')}`);
    const cache = await startSharedCache(stage.server.url);
    const viewer = await watchWith(player, url.replace(stage.server.url, cache.url));
    const asked = countRequests(viewer);
    await plays(viewer, ENOUGH_S);
    expect(Math.max(...asked.values())).toBeLessThan(REPEATED_MAX);
    await film.end();
    await cache.close();
  });

  // video.js looks for the end when it has appended something, not when EXT-X-ENDLIST comes later.
  it.each(['hls.js', 'shaka'] as const)('is played to its end by %s', async (player) => {
    const { film, url } = await liveFilm(`ends-in-${player.replace('.', '-')}`);
    const viewer = await watchWith(player, url);
    await plays(viewer, 3);
    await film.end();
    const ended = () => viewer.evaluate('document.querySelector("video").ended');
    await expect.poll(ended, WAIT).toBe(true);
  });
});

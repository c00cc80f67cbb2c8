import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BarePlayer, serveBarePage } from '../support/bare-page.js';
import { hasFfmpegReaders } from '../support/ffmpeg-reader.js';
import { playIn } from '../support/hls-js-page.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { startSharedCache } from '../support/shared-cache.js';
import { Stage, WAIT } from '../support/stage.js';
import { videoOf } from '../support/video.js';
import type { LocalServer } from '../support/local-server.js';

const PLAYERS: readonly BarePlayer[] = ['hls.js', 'video.js', 'shaka'];

let stage: Stage;
const sites = new Map<BarePlayer, LocalServer>();
beforeAll(async () => {
  stage = await Stage.open();
  for (const player of PLAYERS) sites.set(player, await serveBarePage(player));
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(async () => {
  await stage?.close();
  for (const site of sites.values()) await site.close();
});

/** The duration to play. It exceeds what any player buffers at startup. */
const ENOUGH_S = 12;
/**
 * The maximum number of requests for an unchanged playlist; a player that polls constantly would
 * exceed it.
 */
const REPEATED_MAX = 20;

/** Counts the page's requests per playlist from now on. */
function countRequests(viewer: Page): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  viewer.on('request', (request) => {
    const url = request.url();
    if (url.includes('.m3u8')) counts.set(url, (counts.get(url) ?? 0) + 1);
  });
  return counts;
}

/**
 * Publishes a live video. Shaka 5.2 fails on playlists with fewer than three segments, because it
 * looks for captions in the segment that is still being written, which has no URL yet.
 */
async function liveFilm(channel: string): Promise<{ film: RecordedFilm; url: string }> {
  const film = await RecordedFilm.of(stage.server.url, channel);
  await film.send();
  await film.advancesLive(3);
  return { film, url: `${stage.server.url}/hls/${channel}/index.m3u8` };
}

/** Starts to watch with a player on another site. */
async function watchWith(player: BarePlayer, url: string, config = {}): Promise<Page> {
  const viewer = await stage.visit('/', { url: sites.get(player)?.url ?? '' });
  await playIn(viewer, url, config);
  return viewer;
}

/** Resolves when this many more seconds have been played and decoded. */
async function plays(viewer: Page, seconds: number): Promise<void> {
  const before = await videoOf(viewer);
  const ran = async (): Promise<boolean> => {
    const { time, frames } = await videoOf(viewer);
    return time - before.time >= seconds && frames - before.frames >= seconds * 15;
  };
  await expect.poll(ran, WAIT).toBe(true);
}

describe.skipIf(!hasFfmpegReaders)('a live video on another site', () => {
  let shared: ReturnType<typeof liveFilm> | undefined;
  /** Returns the URL of a video that several tests play; the first one starts it. */
  const sharedUrl = async (): Promise<string> => {
    shared ??= liveFilm('shared');
    return (await shared).url;
  };
  const endShared = async (): Promise<void> => {
    const started = shared;
    shared = undefined;
    await (await started)?.film.end();
  };
  afterAll(endShared);

  it.each(PLAYERS)('is played by %s, frame by frame', async (player) => {
    const url = await sharedUrl();
    const viewer = await watchWith(player, url);
    const requests = countRequests(viewer);
    await plays(viewer, ENOUGH_S);
    expect(await viewer.evaluate('barePlayer.errors')).toEqual([]);
    expect(Math.max(...requests.values())).toBeLessThan(REPEATED_MAX);
  });

  it.each(PLAYERS)("is played by %s from a CDN's cache", async (player) => {
    const url = await sharedUrl();
    const cache = await startSharedCache(stage.server.url);
    const viewer = await watchWith(player, url.replace(stage.server.url, cache.url));
    const requests = countRequests(viewer);
    await plays(viewer, ENOUGH_S);
    expect(Math.max(...requests.values())).toBeLessThan(REPEATED_MAX);
    await viewer.close();
    await cache.close();
  });

  // Video.js checks for the end after it appends a segment, but not when EXT-X-ENDLIST arrives
  // later. In its low-latency mode, Shaka 5.2 requests no more media in one of six runs, although
  // it has read EXT-X-ENDLIST.
  it.each([
    ['hls.js', {}],
    ['shaka', { streaming: { lowLatencyMode: false } }],
  ] as const)('is played to its end by %s', async (player, config) => {
    await endShared();
    const { film, url } = await liveFilm(`ends-in-${player.replace('.', '-')}`);
    const viewer = await watchWith(player, url, config);
    await plays(viewer, 3);
    await film.end();
    const ended = () => viewer.evaluate('document.querySelector("video").ended');
    await expect.poll(ended, WAIT).toBe(true);
  });
});

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Stage, WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

/** What is promised to who takes access away. */
const CUT_MS = 10_000;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(() => stage?.close());

/** Chooses in the studio's settings who may watch, and closes them. */
async function letWatch(studio: Page, who: string, password?: string): Promise<void> {
  await studio.getByRole('button', { name: 'Settings' }).click();
  const dialog = studio.getByRole('dialog');
  await dialog.getByLabel('Can be watched by').selectOption({ label: who });
  if (password !== undefined)
    await dialog.getByLabel('Channel password', { exact: true }).fill(password);
  await dialog.getByRole('button', { name: 'Save who can watch' }).click();
  await studio.getByText('Who can watch was changed.').first().waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
}

async function unlock(page: Page, password: string): Promise<void> {
  await page.getByLabel('Channel password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Watch', exact: true }).click();
}

/** The address of HLS that this page's visitor is given. */
async function hlsFor(page: Page, name: string): Promise<string> {
  const path = await page.evaluate(async (channel) => {
    const response = await fetch(`/api/channels/${channel}/playback`);
    return ((await response.json()) as { hls: string }).hls;
  }, name);
  return `${stage.server.url}${path}`;
}

/** Like a player without the page's cookies: from the playlist of playlists to a segment. Its status. */
async function playHls(address: string): Promise<number> {
  let url = address;
  for (let depth = 0; depth < 2; depth += 1) {
    const response = await fetch(url);
    const text = await response.text();
    if (!response.ok) return response.status;
    const uris = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const uri = uris.at(-1);
    if (uri === undefined) return 204;
    url = new URL(uri, url).href;
  }
  const segment = await fetch(url);
  return (await segment.arrayBuffer()).byteLength > 1_000 ? segment.status : 204;
}

describe('a broadcast that is not for everybody', { timeout: 180_000 }, () => {
  it('asks for the password that is set while it is on, and is watched with it', async () => {
    const studio = await stage.goLive('wanda');
    const viewer = await stage.visit('/wanda');
    await framesAdvance(viewer);
    const plain = `${stage.server.url}/hls/wanda/index.m3u8`;
    await expect.poll(() => playHls(plain), WAIT).toBe(200);

    await letWatch(studio, 'Who knows a password', 'open sesame');
    const changedMs = performance.now();
    await viewer.getByRole('heading', { name: 'wanda has a password' }).waitFor();
    await expect.poll(() => playHls(plain), { timeout: CUT_MS }).toBe(404);
    expect(performance.now() - changedMs).toBeLessThan(CUT_MS);

    await unlock(viewer, 'open barley');
    await viewer.getByText('This is not the channel’s password.').waitFor();
    await unlock(viewer, 'open sesame');
    await framesAdvance(viewer);
    const own = await hlsFor(viewer, 'wanda');
    expect(own).toContain('/~');
    await expect.poll(() => playHls(own), WAIT).toBe(200);
    const playlist = await fetch(own);
    expect(playlist.headers.get('cache-control')).toBe('private, no-store');
    await framesAdvance(studio);

    await letWatch(studio, 'Who knows a password', 'another one');
    const againMs = performance.now();
    await viewer.getByRole('heading', { name: 'wanda has a password' }).waitFor();
    await expect.poll(() => playHls(own), { timeout: CUT_MS }).toBe(404);
    expect(performance.now() - againMs).toBeLessThan(CUT_MS);
  });

  it('is for accounts on a list, and not there for others', async () => {
    const studio = await stage.goLive('petra');
    const friend = await stage.visit('/register?next=/petra');
    await friend.getByLabel('Username').fill('friend');
    await friend.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await friend.getByRole('button', { name: 'Create account' }).click();
    await framesAdvance(friend);
    await letWatch(studio, 'Accounts on a list');
    await studio.getByRole('tab', { name: 'Share' }).click();
    await studio.getByText('Only for you and the accounts on your list.').waitFor();
    await friend.getByRole('heading', { name: 'Nothing on air here' }).waitFor();

    await studio.getByRole('button', { name: 'Settings' }).click();
    await studio.getByLabel('Add an account').fill('friend');
    await studio.getByRole('button', { name: 'Add', exact: true }).click();
    const takeOff = studio.getByRole('button', { name: 'Take friend off the list' });
    await takeOff.waitFor();
    await friend.reload();
    await framesAdvance(friend);
    const stranger = await stage.visit('/petra');
    await stranger.getByRole('heading', { name: 'Nothing on air here' }).waitFor();
    const own = await hlsFor(friend, 'petra');
    await expect.poll(() => playHls(own), WAIT).toBe(200);

    await takeOff.click();
    const takenMs = performance.now();
    await friend.getByRole('heading', { name: 'Nothing on air here' }).waitFor();
    await expect.poll(() => playHls(own), { timeout: CUT_MS }).toBe(404);
    expect(performance.now() - takenMs).toBeLessThan(CUT_MS);
  });

  it('asks for its password in an embed too', async () => {
    const studio = await stage.goLive('edda');
    await letWatch(studio, 'Who knows a password', 'open sesame');
    const embed = await stage.visit('/embed/edda');
    await unlock(embed, 'open sesame');
    await framesAdvance(embed);
    expect(await embed.locator('video').count()).toBe(1);
  });

  it('can be for fewer than its channel, before it begins and while it is on', async () => {
    const studio = await stage.studioOf('xaver');
    await studio.getByRole('button', { name: 'Settings' }).click();
    await studio.getByLabel('The next broadcast', { exact: true }).selectOption('private');
    await studio.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await studio.getByRole('button', { name: 'Go live' }).click();
    await studio.getByRole('button', { name: 'End broadcast' }).first().waitFor();
    const stranger = await stage.visit('/xaver');
    await stranger.getByRole('heading', { name: 'Nothing on air here' }).waitFor();

    await studio.getByRole('button', { name: 'Settings' }).click();
    await studio.getByLabel('This broadcast', { exact: true }).selectOption('public');
    await studio.getByRole('button', { name: 'Save for this broadcast' }).click();
    await studio.getByText('Who can watch this broadcast was changed.').first().waitFor();
    await stranger.reload();
    await framesAdvance(stranger);
    expect((await stage.channel('xaver')).broadcast?.visibility).toBe('public');
  });
});

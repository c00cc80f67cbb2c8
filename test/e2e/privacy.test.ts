import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';
import { useStage } from '../support/fixtures/use-stage.js';

const stage = useStage();

/** Selects who can watch in the studio's settings, then closes them. */
async function letWatch(studio: Page, who: string, password?: string): Promise<void> {
  await studio.getByRole('button', { name: 'Settings' }).click();
  const dialog = studio.getByRole('dialog');
  await dialog.getByLabel('Audience').selectOption({ label: who });
  if (password !== undefined)
    await dialog.getByLabel('Channel password', { exact: true }).fill(password);
  await dialog.getByRole('button', { name: 'Save audience' }).click();
  await studio.getByText('Audience saved.').first().waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
}

async function unlock(page: Page, password: string): Promise<void> {
  await page.getByLabel('Channel password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Watch', exact: true }).click();
}

/** Returns the HLS URL of this page's visitor. */
async function hlsFor(page: Page, name: string): Promise<string> {
  const path = await page.evaluate(async (channel) => {
    const response = await fetch(`/api/channels/${channel}/playback`);
    return ((await response.json()) as { hls: string }).hls;
  }, name);
  return `${stage.server.url}${path}`;
}

/** Fetches a segment as a player without the page's cookies would; returns the status. */
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

describe('a broadcast with a restricted audience', () => {
  it('asks for a password that is set while it is live, and can be watched with it', async () => {
    const studio = await stage.goLive('wanda');
    const viewer = await stage.visit('/wanda');
    await framesAdvance(viewer);
    const plain = `${stage.server.url}/hls/wanda/index.m3u8`;
    await expect.poll(() => playHls(plain), WAIT).toBe(200);

    await letWatch(studio, 'Anyone with the password', 'open sesame');
    await viewer.getByRole('heading', { name: 'wanda is password-protected' }).waitFor();
    await expect.poll(() => playHls(plain), WAIT).toBe(404);

    await unlock(viewer, 'open barley');
    await viewer.getByText('Wrong password.').waitFor();
    await unlock(viewer, 'open sesame');
    await framesAdvance(viewer);
    const own = await hlsFor(viewer, 'wanda');
    expect(own).toContain('/~');
    await expect.poll(() => playHls(own), WAIT).toBe(200);
    const playlist = await fetch(own);
    expect(playlist.headers.get('cache-control')).toBe('private, no-store');
    await framesAdvance(studio);

    await letWatch(studio, 'Anyone with the password', 'another one');
    await viewer.getByRole('heading', { name: 'wanda is password-protected' }).waitFor();
    await expect.poll(() => playHls(own), WAIT).toBe(404);
  });

  it('is visible only to its members', async () => {
    const studio = await stage.goLive('petra');
    const friend = await stage.member('friend', '/petra');
    await framesAdvance(friend);
    await letWatch(studio, 'Accounts on a list');
    await studio.getByRole('tab', { name: 'Share' }).click();
    await studio
      .getByText('Only for you, your moderators and the accounts on your list.')
      .waitFor();
    await friend.getByRole('heading', { name: 'Nothing on air here' }).waitFor();

    await studio.getByRole('button', { name: 'Settings' }).click();
    await studio.getByLabel('Add an account').fill('friend');
    await studio.getByRole('button', { name: 'Add', exact: true }).click();
    const takeOff = studio.getByRole('button', { name: 'Remove friend' });
    await takeOff.waitFor();
    await friend.reload();
    await framesAdvance(friend);
    const stranger = await stage.visit('/petra');
    await stranger.getByRole('heading', { name: 'Nothing on air here' }).waitFor();
    const own = await hlsFor(friend, 'petra');
    await expect.poll(() => playHls(own), WAIT).toBe(200);

    await takeOff.click();
    await friend.getByRole('heading', { name: 'Nothing on air here' }).waitFor();
    await expect.poll(() => playHls(own), WAIT).toBe(404);
  });

  it('asks for its password in an embed as well', async () => {
    const studio = await stage.goLive('edda');
    await letWatch(studio, 'Anyone with the password', 'open sesame');
    const embed = await stage.visit('/embed/edda');
    await unlock(embed, 'open sesame');
    await framesAdvance(embed);
    expect(await embed.locator('video').count()).toBe(1);
  });

  it('can have a smaller audience than its channel, before it starts and while it is live', async () => {
    const studio = await stage.studioOf('xaver');
    await studio.getByRole('button', { name: 'Settings' }).click();
    await studio.getByLabel('Next broadcast', { exact: true }).selectOption('private');
    await studio.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    await studio.getByRole('button', { name: 'Go live' }).click();
    await studio.getByRole('button', { name: 'End broadcast' }).first().waitFor();
    const stranger = await stage.visit('/xaver');
    await stranger.getByRole('heading', { name: 'Nothing on air here' }).waitFor();

    await studio.getByRole('button', { name: 'Settings' }).click();
    await studio.getByLabel('This broadcast', { exact: true }).selectOption('public');
    await studio.getByRole('button', { name: 'Save for this broadcast' }).click();
    await studio.getByText('Audience of this broadcast saved.').first().waitFor();
    await stranger.reload();
    await framesAdvance(stranger);
    expect((await stage.channel('xaver')).broadcast?.visibility).toBe('public');
  });
});

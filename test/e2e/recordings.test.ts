import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ListedBroadcast, RecordingView } from '../../src/protocol/recording.js';
import { seriousOn } from '../support/accessibility.js';
import { firefoxBin, launchFirefox } from '../support/firefox.js';
import { say, Stage, WAIT } from '../support/stage.js';
import { framesAdvance, videoOf } from '../support/video.js';

/**
 * The minimum duration of the broadcast, in seconds: enough for several segments and a chapter in
 * the middle.
 */
const LENGTH_S = 14;

let stage: Stage;
/** The broadcaster's page. */
let studio: Page;
let recording: RecordingView;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail')
    process.stderr.write(`The server said:\n${stage.server.output}\n`);
});
afterAll(async () => {
  await stage?.clear(false);
  await stage?.close();
});

/** Broadcasts with a guest chatting, one deleted message, and a title change in the middle. */
async function broadcast(name: string): Promise<Page> {
  const page = await stage.goLive(name);
  const guest = await stage.visit(`/${name}`);
  await framesAdvance(guest);
  await say(guest, 'early words');
  await say(guest, 'words to be deleted');
  const line = page.locator('.message', { hasText: 'words to be deleted' }).last();
  await line.focus();
  await line.getByRole('button', { name: 'Delete message' }).click();
  await guest.getByText('Deleted by a moderator').waitFor();
  await played(guest, LENGTH_S / 2);
  await page.getByRole('button', { name: 'Edit title' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('The second half');
  await page.getByRole('textbox', { name: 'Title' }).press('Enter');
  await played(guest, LENGTH_S - 3);
  await say(guest, 'late words');
  await page.locator('.message', { hasText: 'late words' }).waitFor();
  await played(guest, LENGTH_S);
  await page.getByRole('button', { name: 'End broadcast' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
  await stage.isInState(name, null);
  return page;
}

/** Waits until a page has played this much of the broadcast. */
async function played(page: Page, seconds: number): Promise<void> {
  await expect.poll(async () => (await videoOf(page)).time, WAIT).toBeGreaterThan(seconds);
}

/** Returns a channel's newest recording once it is playable. */
async function recorded(name: string): Promise<RecordingView> {
  const get = async (path: string) => (await fetch(`${stage.server.url}/api${path}`)).json();
  const [newest] = (await get(`/channels/${name}/broadcasts`)) as ListedBroadcast[];
  const path = `/recordings/${newest!.id}`;
  await expect.poll(async () => ((await get(path)) as RecordingView).state, WAIT).toBe('ready');
  return (await get(path)) as RecordingView;
}

const slider = (page: Page) => page.getByRole('slider', { name: 'Seek' });
const messages = (page: Page) => page.locator('.message').allTextContents();

/** Seeks to a position in the recording, in seconds. */
async function seekTo(page: Page, seconds: number): Promise<void> {
  await slider(page).fill(String(seconds));
  await expect.poll(async () => (await videoOf(page)).time, WAIT).toBeGreaterThanOrEqual(seconds);
}

async function open(query = ''): Promise<Page> {
  const page = await stage.visit(`/recordings/${recording.id}${query}`);
  await framesAdvance(page);
  return page;
}

describe('the recording page', () => {
  it('exists when the broadcast is over', async () => {
    studio = await broadcast('rita');
    recording = await recorded('rita');
    expect(recording.playlistPath).not.toBeNull();
  });

  it('plays, shows its title, and is as long as the broadcast was', async () => {
    const page = await open();
    await page.getByRole('heading', { level: 1, name: 'The second half' }).waitFor();
    expect(recording.durationMs).toBeGreaterThan((LENGTH_S - 4) * 1_000);
    expect(await page.title()).toContain('The second half');
    const html = await (await fetch(`${stage.server.url}/recordings/${recording.id}`)).text();
    expect(html).toContain('<meta property="og:title" content="The second half');
  });

  it('shows the chat in sync with the video, without deleted messages', async () => {
    const page = await open('?t=0');
    await page.getByRole('button', { name: 'Pause' }).click();
    await seekTo(page, Math.floor(recording.durationMs / 1_000) - 0.5);
    await expect.poll(() => messages(page), WAIT).toHaveLength(2);
    expect((await messages(page)).join()).toMatch(/early words.*late words/);
    expect((await messages(page)).join()).not.toContain('to be deleted');
    await slider(page).fill('5');
    await expect.poll(async () => (await messages(page)).join(), WAIT).not.toContain('late words');
  });

  it('starts at the time in its URL, and seeks to chapters', async () => {
    const page = await open('?t=4');
    expect((await videoOf(page)).time).toBeGreaterThan(3.9);
    await page.getByRole('link', { name: /The second half/ }).click();
    const [, second] = recording.chapters;
    await expect
      .poll(async () => (await videoOf(page)).time * 1_000, WAIT)
      .toBeGreaterThanOrEqual(second!.atMs);
  });

  it('changes the speed with the menu and with keys', async () => {
    const page = await open();
    await page.getByRole('button', { name: /playback speed/ }).click();
    await page.getByRole('menuitemradio', { name: '2×', exact: true }).click();
    const speed = () => page.evaluate('document.querySelector("video").playbackRate');
    expect(await speed()).toBe(2);
    await page.keyboard.press('<');
    expect(await speed()).toBe(1.75);
  });

  it('shows a preview at the pointer in the seek bar', async () => {
    const page = await open();
    await slider(page).hover();
    const picture = page.locator('.vod-preview-picture');
    await expect.poll(() => picture.evaluate(widthOf), WAIT).toBeGreaterThan(0);
  });

  it('has no serious axe-core violations', async () => {
    const page = await open();
    expect(await seriousOn(page)).toEqual([]);
    const missing = await stage.visit('/recordings/00000000-0000-4000-8000-000000000000');
    await missing.getByRole('main').waitFor();
    expect(await seriousOn(missing)).toEqual([]);
  });
});

describe('past broadcasts', () => {
  it('are on the channel page, with their durations', async () => {
    const page = await stage.visit('/rita');
    const link = page.getByRole('link', { name: /The second half/ });
    const card = page.getByRole('article').filter({ has: link });
    expect(await card.textContent()).toMatch(/\d+ seconds/);
    await link.click();
    await page.waitForURL(`**/recordings/${recording.id}`);
    await framesAdvance(page);
  });

  it('can be renamed by their owner in the studio', async () => {
    await studio.goto(`${stage.server.url}/studio`);
    await studio.getByRole('button', { name: 'Past broadcasts' }).click();
    await studio.getByRole('button', { name: /^More actions for/ }).click();
    await studio.getByRole('menuitem', { name: 'Edit' }).click();
    const dialog = studio.getByRole('dialog', { name: 'Edit recording' });
    await dialog.getByRole('textbox', { name: 'Title' }).fill('A better name');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await studio.getByRole('link', { name: 'A better name' }).waitFor();
    expect(await seriousOn(studio)).toEqual([]);
    expect((await recorded('rita')).title).toBe('A better name');
  });
});

describe('a clip', () => {
  it('loops its range, and outlives the recording', async () => {
    await studio.goto(`${stage.server.url}/recordings/${recording.id}?t=8`);
    await framesAdvance(studio);
    await studio.getByRole('button', { name: 'Clip', exact: true }).click();
    await studio.getByLabel(/Starts at/).fill('4');
    await studio.getByLabel(/Ends at/).fill('7');
    await studio.getByRole('textbox', { name: 'Title' }).fill('Three seconds');
    await studio.getByRole('button', { name: 'Create clip' }).click();
    const link = studio.getByRole('link', { name: 'Watch clip' });
    const path = await link.getAttribute('href');
    const page = await stage.visit(path!);
    await page.getByRole('heading', { name: 'Three seconds' }).waitFor();
    await framesAdvance(page);
    await playsAround(page);
    expect(await seriousOn(page)).toEqual([]);
    await studio.getByRole('button', { name: 'Close' }).click();
    await studio.getByRole('button', { name: 'More', exact: true }).click();
    await studio.getByRole('menuitem', { name: 'Delete' }).click();
    await studio.getByRole('button', { name: 'Delete recording' }).click();
    await studio.getByRole('heading', { name: 'This recording was deleted' }).waitFor();
    await page.reload();
    await framesAdvance(page);
    expect(await page.getByRole('link', { name: 'Full recording' }).count()).toBe(0);
  });
});

/** Returns the width of a loaded image; the tests are compiled without the DOM's types. */
const widthOf = (image: unknown): number => (image as { naturalWidth: number }).naturalWidth;

/** Waits until playback loops from the end to the beginning. */
async function playsAround(page: Page): Promise<void> {
  let lastTime = (await videoOf(page)).time;
  await expect
    .poll(async () => {
      const { time } = await videoOf(page);
      const isBack = time < lastTime;
      lastTime = time;
      return isBack;
    }, WAIT)
    .toBe(true);
}

// An empty FIREFOX_BIN means that Firefox is missing; the test summary says so.
describe.skipIf(firefoxBin() === null)('Firefox', () => {
  it('plays a recording, and seeks', async () => {
    const other = await broadcast('fiona');
    const { id } = await recorded('fiona');
    await other.close();
    const firefox = await launchFirefox();
    try {
      const page = await firefox.newPage();
      await page.goto(`${stage.server.url}/recordings/${id}?t=6`);
      const time = () => page.evaluate('document.querySelector("video")?.currentTime ?? 0');
      await expect.poll(time, WAIT).toBeGreaterThan(7);
    } finally {
      await firefox.close();
    }
  });
});

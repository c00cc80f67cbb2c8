import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { misplacedOn } from '../support/layout.js';
import { PASSWORD } from '../support/http-client.js';
import { say, Stage, WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

/** A folder for screenshots of each page at each size, for people to check. */
const PICTURES = process.env.PICTURES_DIR;
const SIZES = [
  { width: 320, height: 640 },
  { width: 360, height: 740 },
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
] as const;

/** A name of maximum length, without a place where it could be broken. */
const NAME = 'wolfeschlegelsteinhausenberger';
const SHOWN = 'Wolfeschlegelsteinhausenbergerdorffwelch';
const TITLE =
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft and what else was said about it that evening in autumn';
const ADDRESS = `https://en.example/wiki/${'Mercury_(planet)_'.repeat(5)}`;

let stage: Stage;
let studio: Page;
let recordingId = '';

beforeAll(async () => {
  stage = await Stage.open();
  studio = await stage.studioOf(NAME);
  const change = async (path: string, data: object) => {
    const answer = await studio.request.patch(`${stage.server.url}${path}`, { data });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  };
  await change('/api/account', { displayName: SHOWN });
  await change(`/api/channels/${NAME}`, { title: TITLE });
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail')
    process.stderr.write(`The server said:\n${stage.server.output}\n`);
});
afterAll(async () => {
  await stage?.clear(false);
  await stage?.close();
});

/** Returns everything that is out of place on a page at any size. */
async function look(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `${name}-${size.width}-${colorScheme}`);
    }
    const misplaced = await settled(page);
    found.push(...misplaced.map((what) => `${name} at ${size.width}: ${what}`));
  }
  return found;
}

/**
 * Returns everything that is out of place in any visible tab of a page, or of a part of it, at any
 * size.
 */
async function lookAtTabs(
  page: Page,
  name: string,
  part: Locator = page.locator('body'),
): Promise<string[]> {
  const found: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await settled(page);
    const tabs = await part.getByRole('tab').all();
    for (const [index, tab] of tabs.entries()) {
      if (!(await tab.isVisible())) continue;
      await tab.click();
      await part.getByRole('tabpanel').first().waitFor();
      const where = `${name}-tab-${index}`;
      await picture(page, `${where}-${size.width}-light`);
      const misplaced = await settled(page);
      found.push(...misplaced.map((what) => `${where} at ${size.width}: ${what}`));
    }
  }
  return found;
}

/** Opens a dialog, returns everything that is out of place in it, and closes it. */
async function lookAtDialog(page: Page, button: string | RegExp): Promise<string[]> {
  await page.setViewportSize({ width: 1280, height: 800 });
  const opener = page.getByRole('button', { name: button });
  await opener.first().click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  const name = `dialog-${String(button).replaceAll(/\W+/g, '-').toLowerCase()}`;
  const hasTabs = (await dialog.getByRole('tab').count()) > 0;
  const found = hasTabs ? await lookAtTabs(page, name, dialog) : await look(page, name);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  return found;
}

/** Opens a page as the first administrator. */
async function administration(): Promise<Page> {
  const token = /\/setup\?token=([\w-]+)/.exec(stage.server.output)?.[1];
  const page = await stage.visit('/');
  const data = { token, username: NAME.replace('w', 'v'), password: PASSWORD };
  const answer = await page.request.post(`${stage.server.url}/api/setup`, { data });
  if (!answer.ok()) throw new Error(await answer.text());
  await page.goto(`${stage.server.url}/admin`);
  return page;
}

/**
 * Returns what is still out of place after the few frames that a page needs to adapt to a new size.
 */
async function settled(page: Page): Promise<string[]> {
  let misplaced = await misplacedOn(page);
  for (let tries = 0; misplaced.length > 0 && tries < 30; tries += 1) {
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
    misplaced = await misplacedOn(page);
  }
  return misplaced;
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Opens a watch page with a million viewers. */
async function crowded(page: Page): Promise<void> {
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) =>
      socket.send(
        typeof message === 'string'
          ? message.replaceAll(/"viewers":\d+/g, '"viewers":1234567')
          : message,
      ),
    );
  });
}

async function ofOwner(path: string): Promise<Page> {
  const page = await studio.context().newPage();
  await page.goto(`${stage.server.url}${path}`);
  return page;
}

const ready = async (page: Page) => {
  await page.getByRole('main').waitFor();
  return page;
};

describe('everything is in place on phones and desktops, however long the names are:', () => {
  it.each(['/login', '/register', '/no-such-channel', '/'])('%s', async (path) => {
    expect(
      await look(await ready(await stage.visit(path)), path.slice(1) || 'empty-directory'),
    ).toEqual([]);
  });

  it.each(['/account', `/${NAME}`, `/embed/${NAME}`])('%s while nothing is live', async (path) => {
    const page = path === '/account' ? await ofOwner(path) : await stage.visit(path);
    await page.getByText(NAME).first().waitFor();
    expect(await look(page, `off${path.replaceAll('/', '-')}`)).toEqual([]);
    await page.close();
  });

  it('every tab of the account', async () => {
    const page = await ofOwner('/account');
    await page.getByText(NAME).first().waitFor();
    expect(await lookAtTabs(page, 'account')).toEqual([]);
    await page.close();
  });

  it('every tab of the administration', async () => {
    const page = await administration();
    await page.getByRole('tab').first().waitFor();
    expect(await lookAtTabs(page, 'admin')).toEqual([]);
    await page.close();
  });

  it.each(['Settings', 'Stream with OBS or another encoder'])(
    'the studio’s dialog “%s”',
    async (button) => {
      expect(await lookAtDialog(studio, button)).toEqual([]);
    },
  );

  it('the studio, and the channel of a broadcast', async () => {
    expect(await look(studio, 'studio')).toEqual([]);
    await studio.setViewportSize({ width: 1280, height: 800 });
    await studio.getByRole('button', { name: 'Go live' }).click();
    await stage.isInState(NAME, 'live');
    recordingId = (await stage.channel(NAME)).broadcast?.id ?? '';
    const watch = await stage.visit('/');
    await crowded(watch);
    await watch.goto(`${stage.server.url}/${NAME}`);
    await framesAdvance(watch);
    await watch.getByText('1,234,567').first().waitFor(WAIT);
    await say(watch, ADDRESS);
    expect(await look(watch, 'watch')).toEqual([]);
    const name = watch.locator('.channel-info-owner');
    for (const { width, height } of SIZES) {
      await watch.setViewportSize({ width, height });
      const lines = await name.evaluate((element) => element.getClientRects().length);
      expect(lines, `lines of the name at ${width}`).toBe(1);
    }
    expect(await lookAtTabs(watch, 'watch')).toEqual([]);
    await watch.close();
    expect(await look(studio, 'studio-live')).toEqual([]);
    expect(await lookAtTabs(studio, 'studio-live')).toEqual([]);
    await studio.setViewportSize({ width: 1280, height: 800 });
    const directory = await stage.visit('/');
    await directory.getByText(NAME).first().waitFor(WAIT);
    expect(await look(directory, 'directory')).toEqual([]);
    await directory.close();
    const embed = await stage.visit(`/embed/${NAME}`);
    await framesAdvance(embed);
    expect(await look(embed, 'embed-live')).toEqual([]);
    await embed.close();
    const own = await ofOwner(`/${NAME}`);
    await framesAdvance(own);
    expect(await look(own, 'watch-owner')).toEqual([]);
    await own.setViewportSize({ width: 1280, height: 800 });
    expect(await lookAtDialog(own, /^Moderation/)).toEqual([]);
    await own.close();
    await studio.getByRole('button', { name: 'End broadcast' }).first().click();
    await studio.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
    await stage.isInState(NAME, null);
  });

  it('the recording, for its owner and for others', async () => {
    const path = `/recordings/${recordingId}`;
    for (const page of [await ofOwner(path), await stage.visit(path)]) {
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await look(page, 'recording')).toEqual([]);
      await page.close();
    }
  });

  it('past broadcasts, and the statistics of a broadcast', async () => {
    await studio.goto(`${stage.server.url}/studio`);
    expect(await lookAtDialog(studio, 'Past broadcasts')).toEqual([]);
  });

  it('a clip, for its owner and for others', async () => {
    const page = await ofOwner(`/recordings/${recordingId}`);
    const data = { title: TITLE.slice(0, 100), startMs: 0, durationMs: 5_000 };
    const path = `/api/recordings/${recordingId}/clips`;
    const answer = await page.request.post(`${stage.server.url}${path}`, { data });
    if (!answer.ok()) throw new Error(await answer.text());
    const { id } = (await answer.json()) as { id: string };
    for (const one of [await ofOwner(`/clips/${id}`), await stage.visit(`/clips/${id}`)]) {
      await one.getByRole('heading', { level: 1 }).waitFor();
      expect(await look(one, 'clip')).toEqual([]);
      await one.close();
    }
    await page.close();
  });

  it('a channel behind a password', async () => {
    const access = `${stage.server.url}/api/channels/${NAME}/access`;
    const data = { visibility: 'password', password: 'open sesame' };
    expect((await studio.request.patch(access, { data })).ok()).toBe(true);
    const page = await stage.visit(`/${NAME}`);
    await page.getByLabel('Channel password', { exact: true }).waitFor();
    expect(await look(page, 'locked')).toEqual([]);
  });
});

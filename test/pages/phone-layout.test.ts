import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { misplacedOn } from '../support/layout.js';
import { say, Stage, WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

/** A folder for a picture of each page at each size, to be looked at. */
const PICTURES = process.env.PICTURES_DIR;
const SIZES = [
  { width: 320, height: 640 },
  { width: 360, height: 740 },
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
] as const;

/** As long as names may be, without a place to break them at. */
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
}, 300_000);
afterEach(({ task }) => {
  if (task.result?.state === 'fail')
    process.stderr.write(`The server said:\n${stage.server.output}\n`);
});
afterAll(async () => {
  await stage?.clear(false);
  await stage?.close();
});

/** What is out of place on a page at any size. */
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

/** What is out of place and stays so: a page takes a few frames to answer a new size. */
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

/** A page on which a million watch. */
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

describe('everything is in its place, in the hand and on the desk, however long the names:', () => {
  it.each(['/login', '/register', '/no-such-channel', '/'])('%s', async (path) => {
    expect(
      await look(await ready(await stage.visit(path)), path.slice(1) || 'empty-directory'),
    ).toEqual([]);
  });

  it.each(['/account', `/${NAME}`, `/embed/${NAME}`])('%s while nothing is on', async (path) => {
    const page = path === '/account' ? await ofOwner(path) : await stage.visit(path);
    await page.getByText(NAME).first().waitFor();
    expect(await look(page, `off${path.replaceAll('/', '-')}`)).toEqual([]);
    await page.close();
  });

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
    await watch.close();
    await studio.getByRole('button', { name: 'End broadcast' }).first().click();
    await studio.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
    await stage.isInState(NAME, null);
  }, 300_000);

  it('the recording, for whose it is and for others', async () => {
    const path = `/recordings/${recordingId}`;
    for (const page of [await ofOwner(path), await stage.visit(path)]) {
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await look(page, 'recording')).toEqual([]);
      await page.close();
    }
  }, 120_000);

  it('a channel behind a password', async () => {
    const access = `${stage.server.url}/api/channels/${NAME}/access`;
    const data = { visibility: 'password', password: 'open sesame' };
    expect((await studio.request.patch(access, { data })).ok()).toBe(true);
    const page = await stage.visit(`/${NAME}`);
    await page.getByLabel('Channel password', { exact: true }).waitFor();
    expect(await look(page, 'locked')).toEqual([]);
  });
});

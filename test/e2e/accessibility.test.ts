import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

type Violation = {
  id: string;
  impact: string | null;
  nodes: { target: string[]; failureSummary?: string }[];
};

const PHONE = { width: 390, height: 844 };
const SCHEMES = ['light', 'dark'] as const;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(() => stage?.close());

/** Resolves when the page has taken on what was changed: colours fade from one scheme to the other. */
const SETTLED = `(async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  const ending = document
    .getAnimations()
    .filter((a) => a.playState === 'running' && a.effect.getComputedTiming().endTime < Infinity);
  await Promise.allSettled(ending.map((animation) => animation.finished));
})()`;

/** What axe-core finds that is serious or critical, in light and dark, on a desktop and a phone. */
const look = async (page: Page): Promise<string[]> => {
  const found: string[] = [];
  const desktop = page.viewportSize() ?? PHONE;
  for (const viewport of [desktop, PHONE])
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(SETTLED);
      await page.evaluate(axe.source);
      const violations = (await page.evaluate(
        'axe.run().then((r) => r.violations)',
      )) as Violation[];
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical')
          found.push(`${colorScheme} ${viewport.width}: ${id} ${JSON.stringify(nodes)}`);
    }
  return found;
};

/** What is found twice: what a page shows for a moment, such as a colour that fades, may pass. */
const seriousOn = async (page: Page): Promise<string[]> => {
  const found = await look(page);
  return found.length === 0 ? found : look(page);
};

describe('axe-core finds nothing serious', () => {
  it.each(['/', '/login', '/register', '/no-such-channel'])('on %s', async (path) => {
    const page = await stage.visit(path);
    await page.getByRole('main').waitFor();
    expect(await seriousOn(page)).toEqual([]);
  });

  it('on what opens in the chat: emoji, suggestions, moderation', async () => {
    const page = await stage.studioOf('zita');
    await page.goto(`${stage.server.url}/zita`);
    const box = page.getByRole('textbox', { name: 'Message' });
    await box.fill('hello');
    await box.press('Enter');
    await box.pressSequentially('/');
    await page.getByRole('listbox').waitFor();
    expect(await seriousOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await page.getByRole('dialog', { name: 'Emoji' }).waitFor();
    expect(await seriousOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Moderation', exact: true }).click();
    for (const tab of ['Viewers', 'Search']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tabpanel', { name: tab }).waitFor();
      expect(await seriousOn(page)).toEqual([]);
    }
  }, 300_000);

  it('on the pages of a broadcast: studio before and while live, watch, embed, directory', async () => {
    const studio = await stage.studioOf('zoe');
    expect(await seriousOn(studio)).toEqual([]);
    const waiting = await stage.visit('/zoe');
    await waiting.getByRole('heading', { name: /is not live/ }).waitFor();
    expect(await seriousOn(waiting)).toEqual([]);
    await studio.getByRole('button', { name: 'Go live' }).click();
    await stage.isInState('zoe', 'live');
    await framesAdvance(waiting);
    expect(await seriousOn(waiting)).toEqual([]);
    await waiting.getByRole('button', { name: 'Reactions' }).click();
    expect(await seriousOn(waiting)).toEqual([]);
    expect(await seriousOn(studio)).toEqual([]);
    const embed = await stage.visit('/embed/zoe');
    await framesAdvance(embed);
    expect(await seriousOn(embed)).toEqual([]);
    const directory = await stage.visit('/');
    await directory.getByText('zoe').first().waitFor();
    expect(await seriousOn(directory)).toEqual([]);
    const account = await studio.context().newPage();
    await account.goto(`${stage.server.url}/account`);
    await account.getByText('zoe').first().waitFor();
    expect(await seriousOn(account)).toEqual([]);
  }, 300_000);
});

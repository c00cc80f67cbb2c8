import { describe, expect } from 'vitest';
import { seriousOn } from '../support/accessibility.js';
import { framesAdvance } from '../support/video.js';
import { stageTest as it } from '../support/fixtures/stage.js';

describe('axe-core finds nothing serious', () => {
  it.for(['/', '/login', '/register', '/no-such-channel'])('on %s', async (path, { stage }) => {
    const page = await stage.visit(path);
    await page.getByRole('main').waitFor();
    expect(await seriousOn(page)).toEqual([]);
  });

  it('on the chat’s menus: emoji, suggestions, moderation', async ({ stage }) => {
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
    // On a phone, the picker covers the chat's own buttons.
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Emoji' }).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Moderation', exact: true }).click();
    for (const tab of ['Viewers', 'Search']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tabpanel', { name: tab }).waitFor();
      expect(await seriousOn(page)).toEqual([]);
    }
  });

  it('on the pages of a broadcast: studio before and while live, watch page, embed, directory', async ({
    stage,
  }) => {
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
  });
});

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { say, Stage, WAIT } from '../support/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(() => stage?.close());

/** A new channel's page as its owner sees it. */
async function ownerOf(name: string): Promise<Page> {
  const page = await stage.studioOf(name);
  await page.goto(`${stage.server.url}/${name}`);
  await box(page).waitFor();
  return page;
}

const box = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const options = (page: Page) => page.getByRole('listbox', { name: 'Suggestions' });
const message = (page: Page, text: string) => page.locator('.message', { hasText: text }).last();

/** What floats first in a page, and how. */
const FLOAT = `(() => {
  const float = document.querySelector('.float');
  return float && { text: float.textContent, animation: getComputedStyle(float).animationName };
})()`;

describe('the emoji picker', () => {
  it('is searched and walked with keys, and writes where the caret is', async () => {
    await ownerOf('ella');
    const page = await stage.visit('/ella');
    await box(page).fill('so  nice');
    await box(page).press('Home');
    for (let step = 0; step < 3; step += 1) await box(page).press('ArrowRight');
    await page.getByRole('button', { name: 'Emoji', exact: true }).click();
    const picker = page.getByRole('dialog', { name: 'Emoji' });
    // The search has the focus at once.
    await picker.locator('input:focus').waitFor();
    await page.keyboard.type('heart');
    await picker.getByRole('grid', { name: 'Found' }).waitFor();
    await page.keyboard.press('ArrowDown');
    const focused = () => page.locator(':focus').getAttribute('aria-label');
    await expect.poll(focused, WAIT).toBe('heart');
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused, WAIT).not.toBe('heart');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => box(page).inputValue(), WAIT).toBe('so ❤️ nice');
    expect(await picker.count()).toBe(0);
    await page.keyboard.type('!');
    expect(await box(page).inputValue()).toBe('so ❤️! nice');
  });

  it('remembers what was picked, and closes on Escape and a press outside', async () => {
    await ownerOf('erik');
    const page = await stage.visit('/erik');
    const picker = page.getByRole('dialog', { name: 'Emoji' });
    const open = () => page.getByRole('button', { name: 'Emoji', exact: true }).click();
    await open();
    await picker.getByRole('gridcell', { name: 'tada', exact: true }).click();
    await expect.poll(() => box(page).inputValue(), WAIT).toBe('🎉');
    await open();
    await picker
      .getByRole('grid', { name: 'Recent' })
      .getByRole('gridcell', { name: 'tada' })
      .waitFor();
    await page.keyboard.press('Escape');
    await picker.waitFor({ state: 'detached' });
    await page.locator('textarea:focus').waitFor();
    await open();
    await picker.waitFor();
    await page.getByRole('log').click();
    await picker.waitFor({ state: 'detached' });
  });
});

describe('what is typed', () => {
  it('is completed to emoji, by keys and by the closing colon', async () => {
    const owner = await ownerOf('elke');
    await box(owner).pressSequentially('well :tad');
    await options(owner).getByRole('option', { name: ':tada:' }).waitFor();
    await box(owner).press('Tab');
    await expect.poll(() => box(owner).inputValue(), WAIT).toBe('well 🎉 ');
    await box(owner).pressSequentially('and :fire:');
    await expect.poll(() => box(owner).inputValue(), WAIT).toBe('well 🎉 and 🔥');
    await box(owner).press('Enter');
    await message(owner, 'well 🎉 and 🔥').waitFor();
  });

  it('is completed to the names of who wrote here', async () => {
    const owner = await ownerOf('eva');
    const guest = await stage.visit('/eva');
    await say(guest, 'hello from me');
    const name = await message(owner, 'hello from me').locator('.message-name').textContent();
    await box(owner).pressSequentially('hi @');
    const list = options(owner);
    await list.getByRole('option', { name: name ?? '' }).waitFor();
    // The text box says which one it is at.
    const active = await box(owner).getAttribute('aria-activedescendant');
    expect(await list.getByRole('option').first().getAttribute('id')).toBe(active);
    await box(owner).press('Escape');
    await list.waitFor({ state: 'detached' });
    expect(await box(owner).inputValue()).toBe('hi @');
    await box(owner).press('Backspace');
    await box(owner).pressSequentially('@Gue');
    await list.getByRole('option').first().click();
    await box(owner).press('Enter');
    await guest.locator('.message-mention', { hasText: name?.replace(' ', '_') ?? '' }).waitFor();
  });

  it('is completed to commands, only to those that one may use', async () => {
    const owner = await ownerOf('emil');
    const guest = await stage.visit('/emil');
    await box(guest).pressSequentially('/');
    await options(guest).waitFor();
    expect(await options(guest).getByRole('option').allTextContents()).toEqual([
      expect.stringContaining('/help'),
    ]);
    await box(owner).pressSequentially('/sl');
    const option = options(owner).getByRole('option', { name: '/slow' });
    expect(await option.textContent()).toContain('Slow mode');
    await box(owner).press('Enter');
    await expect.poll(() => box(owner).inputValue(), WAIT).toBe('/slow ');
    await box(owner).pressSequentially('20');
    await box(owner).press('Enter');
    await guest.getByText('one message every 20 s').waitFor();
  });

  it('is sent by Enter when it is a whole command already', async () => {
    const owner = await ownerOf('enno');
    await say(owner, '/unpin');
    await owner.getByText('Nothing is pinned.').waitFor();
    expect(await box(owner).inputValue()).toBe('');
  });
});

describe('reactions', () => {
  it('float over the picture of another viewer, without movement where that is asked for', async () => {
    await stage.goLive('erwin');
    const [one, two] = [await stage.visit('/erwin'), await stage.visit('/erwin')];
    await two.emulateMedia({ reducedMotion: 'reduce' });
    await box(two).waitFor();
    await one.getByRole('region', { name: 'Video player' }).hover();
    await one.getByRole('button', { name: 'Reactions' }).click();
    const clap = one.getByRole('menuitem', { name: 'Applause' });
    // Each is there for two seconds only.
    await expect
      .poll(() => clap.click().then(() => two.evaluate(FLOAT)), WAIT)
      .toEqual({ text: '👏', animation: 'float-stay' });
    // Nothing stays behind, and nothing of it catches a press.
    const presses = 'getComputedStyle(document.querySelector(".floats")).pointerEvents';
    expect(await two.evaluate(presses)).toBe('none');
    await expect.poll(() => two.locator('.float').count(), WAIT).toBe(0);
    await one.keyboard.press('ArrowRight');
    await one.keyboard.press('Escape');
    await one.getByRole('menu', { name: 'Reactions' }).waitFor({ state: 'detached' });
  });
});

describe('moderators', () => {
  async function open(page: Page, tab: string): Promise<void> {
    await page.getByRole('button', { name: 'Moderation', exact: true }).click();
    await page.getByRole('tab', { name: tab }).click();
  }

  it('see who is there, time somebody out, and let them write again', async () => {
    const owner = await ownerOf('esra');
    const guest = await stage.visit('/esra');
    await say(guest, 'a guest is here');
    const name = (await message(owner, 'a guest').locator('.message-name').textContent()) ?? '';
    await open(owner, 'Viewers');
    const dialog = owner.getByRole('dialog', { name: 'Moderation' });
    await dialog.getByText('1 account and 1 guest here').waitFor();
    // Nobody acts against the owner, or themselves.
    expect(await dialog.getByRole('button', { name: 'Moderate esra' }).count()).toBe(0);
    await dialog.getByRole('button', { name: `Moderate ${name}` }).click();
    await dialog.getByRole('button', { name: 'Time out for 10 minutes' }).click();
    await guest.getByText(/You can write here again in/).waitFor();
    await dialog.getByText('can’t write now').waitFor();
    await dialog.getByRole('button', { name: `Moderate ${name}` }).click();
    await dialog.getByRole('button', { name: 'Let write again' }).click();
    await box(guest).waitFor();
  });

  it('search what was written, delete it, restore it, and ban who wrote it', async () => {
    const owner = await ownerOf('etta');
    const guest = await stage.visit('/etta');
    await say(guest, 'cheap Watches here');
    await say(owner, 'nobody wants those');
    await message(owner, 'nobody wants').waitFor();
    await open(owner, 'Search');
    const dialog = owner.getByRole('dialog', { name: 'Moderation' });
    await dialog.getByLabel('Words', { exact: true }).fill('wATCH');
    await dialog.getByRole('button', { name: 'Search' }).click();
    const found = dialog.getByRole('tabpanel', { name: 'Search' }).getByRole('listitem');
    await found.filter({ hasText: 'cheap Watches' }).waitFor();
    expect(await found.count()).toBe(1);
    await found.getByRole('button', { name: 'Delete', exact: true }).click();
    await guest.getByText('Deleted by a moderator').waitFor();
    await found.getByRole('button', { name: 'Restore' }).click();
    await message(guest, 'cheap Watches').waitFor();
    await found.getByRole('button', { name: /^Moderate/ }).click();
    await found.getByRole('button', { name: /^Ban/ }).click();
    await guest.getByText('has banned you from writing here').waitFor();
    await dialog.getByLabel('Words', { exact: true }).fill('no such thing');
    await dialog.getByRole('button', { name: 'Search' }).click();
    await dialog.getByText('No message like that.').waitFor();
  });
});

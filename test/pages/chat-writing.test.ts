import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { say, WAIT } from '../support/stage.js';
import { useStage } from '../support/fixtures/use-stage.js';

const stage = useStage();

/** Opens a new channel's page as its owner. */
async function ownerOf(name: string): Promise<Page> {
  const page = await stage.owner(name, `/${name}`);
  await box(page).waitFor();
  return page;
}

const box = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const options = (page: Page) => page.getByRole('listbox', { name: 'Suggestions' });
const message = (page: Page, text: string) => page.locator('.message', { hasText: text }).last();

/** Returns the first floating emoji on a page, and its animation. */
const FLOAT = `(() => {
  const float = document.querySelector('.float');
  return float && { text: float.textContent, animation: getComputedStyle(float).animationName };
})()`;

describe('the emoji picker', () => {
  it('can be searched and navigated with keys, and inserts at the caret', async () => {
    await ownerOf('ella');
    const page = await stage.visit('/ella');
    await box(page).fill('so  nice');
    await box(page).press('Home');
    for (let step = 0; step < 3; step += 1) await box(page).press('ArrowRight');
    await page.getByRole('button', { name: 'Emoji', exact: true }).click();
    const picker = page.getByRole('dialog', { name: 'Emoji' });
    // The search box has focus at once.
    await picker.locator('input:focus').waitFor();
    await page.keyboard.type('heart');
    await picker.getByRole('grid', { name: 'Results' }).waitFor();
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

  it('remembers recent emoji, and closes on Escape and on a click outside', async () => {
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

describe('the text box', () => {
  it('completes emoji, with keys and with the closing colon', async () => {
    const owner = await ownerOf('elke');
    await box(owner).pressSequentially('well :tad');
    await options(owner).getByRole('option', { name: ':tada:' }).waitFor();
    await box(owner).press('Tab');
    await expect.poll(() => box(owner).inputValue(), WAIT).toBe('well 🎉 ');
    await box(owner).pressSequentially('and :fire:');
    await expect.poll(() => box(owner).inputValue(), WAIT).toBe('well 🎉 and 🔥');
    await box(owner).press('Enter');
    await message(owner, 'well 🎉 and 🔥').waitFor();
    // Pasted text isn't completed.
    await box(owner).fill('hi :wave: all');
    await box(owner).press('Enter');
    await message(owner, 'hi 👋 all').waitFor();
  });

  it('completes the names of people who have sent messages', async () => {
    const owner = await ownerOf('eva');
    const guest = await stage.visit('/eva');
    await say(guest, 'hello from me');
    const name = await message(owner, 'hello from me').locator('.message-name').textContent();
    await box(owner).pressSequentially('hi @');
    const list = options(owner);
    await list.getByRole('option', { name: name ?? '' }).waitFor();
    // The text box announces the selected option.
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

  it('completes commands, but only those that the person is allowed to use', async () => {
    const owner = await ownerOf('emil');
    const guest = await stage.visit('/emil');
    await box(guest).pressSequentially('/');
    await options(guest).waitFor();
    expect(await options(guest).getByRole('option').allTextContents()).toEqual([
      expect.stringContaining('/help'),
    ]);
    await box(owner).pressSequentially('/sl');
    const option = options(owner).getByRole('option', { name: '/slow' });
    expect(await option.textContent()).toContain('slow mode');
    await box(owner).press('Enter');
    await expect.poll(() => box(owner).inputValue(), WAIT).toBe('/slow ');
    await box(owner).pressSequentially('20');
    await box(owner).press('Enter');
    await guest.getByText('one message every 20 s').waitFor();
  });

  it('sends a complete command on Enter', async () => {
    const owner = await ownerOf('enno');
    await say(owner, '/unpin');
    await owner.getByText('No message is pinned.').waitFor();
    expect(await box(owner).inputValue()).toBe('');
  });
});

describe('reactions', () => {
  it('float over other viewers’ video, without motion if they prefer that', async () => {
    await stage.goLive('erwin');
    const [one, two] = [await stage.visit('/erwin'), await stage.visit('/erwin')];
    await two.emulateMedia({ reducedMotion: 'reduce' });
    await box(two).waitFor();
    await one.getByRole('region', { name: 'Video player' }).hover();
    await one.getByRole('button', { name: 'Reactions' }).click();
    const clap = one.getByRole('menuitem', { name: 'Applause' });
    // An emoji is visible for only two seconds.
    await expect
      .poll(() => clap.click().then(() => two.evaluate(FLOAT)), WAIT)
      .toEqual({ text: '👏', animation: 'float-stay' });
    // Nothing remains, and nothing intercepts clicks.
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

  it('see who is present, time someone out, and let them chat again', async () => {
    const owner = await ownerOf('esra');
    const guest = await stage.visit('/esra');
    await say(guest, 'a guest is here');
    const name = (await message(owner, 'a guest').locator('.message-name').textContent()) ?? '';
    await open(owner, 'Viewers');
    const dialog = owner.getByRole('dialog', { name: 'Moderation' });
    await dialog.getByText('1 account and 1 guest here').waitFor();
    // Nobody can moderate the owner or themselves.
    expect(await dialog.getByRole('button', { name: 'Moderate esra' }).count()).toBe(0);
    await dialog.getByRole('button', { name: `Moderate ${name}` }).click();
    await dialog.getByRole('button', { name: 'Time out for 10 minutes' }).click();
    await guest.getByText(/You can chat again in/).waitFor();
    await dialog.getByText('can’t chat right now').waitFor();
    await dialog.getByRole('button', { name: `Moderate ${name}` }).click();
    await dialog.getByRole('button', { name: 'Unban' }).click();
    await box(guest).waitFor();
  });

  it('search messages, delete and restore them, and ban their sender', async () => {
    const owner = await ownerOf('etta');
    const guest = await stage.visit('/etta');
    await say(guest, 'cheap Watches here');
    await say(owner, 'nobody wants those');
    await message(owner, 'nobody wants').waitFor();
    await open(owner, 'Search');
    const dialog = owner.getByRole('dialog', { name: 'Moderation' });
    await dialog.getByLabel('Text', { exact: true }).fill('wATCH');
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
    await guest.getByText('banned you from this chat').waitFor();
    await dialog.getByLabel('Text', { exact: true }).fill('no such thing');
    await dialog.getByRole('button', { name: 'Search' }).click();
    await dialog.getByText('No matching messages.').waitFor();
  });
});

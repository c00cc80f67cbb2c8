import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { say, WAIT } from '../support/stage.js';
import { useStage } from '../support/fixtures/use-stage.js';

const stage = useStage();

const box = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const message = (page: Page, text: string) => page.locator('.message', { hasText: text }).last();

async function ownerOf(channel: string): Promise<Page> {
  const page = await stage.owner(channel, `/${channel}`);
  await box(page).waitFor();
  return page;
}

async function member(name: string, channel: string): Promise<Page> {
  const page = await stage.member(name, `/${channel}`);
  await box(page).waitFor();
  return page;
}

/** Checks that a message is rejected for this reason and stays in the text box. */
async function isRefused(page: Page, text: string, reason: RegExp): Promise<void> {
  await box(page).fill(text);
  await box(page).press('Enter');
  // The box is empty while the message is being sent.
  await expect.poll(() => box(page).inputValue(), WAIT).toBe(text);
  await page.locator('.composer-note').filter({ hasText: reason }).waitFor();
  await box(page).fill('');
}

/** Creates a channel with a moderator in this role, an account and a guest. */
async function people(role: 'owner' | 'moderator', channel: string) {
  const owner = await ownerOf(channel);
  const viewer = await member(`${channel}-vic`, channel);
  const guest = await stage.visit(`/${channel}`);
  await box(guest).waitFor();
  if (role === 'owner') return { by: owner, viewer, guest, name: `${channel}-vic` };
  const by = await member(`${channel}-mod`, channel);
  await say(owner, `/mod ${channel}-mod`);
  await by.getByRole('button', { name: /^Moderation/ }).waitFor();
  return { by, viewer, guest, name: `${channel}-vic` };
}

describe.each(['owner', 'moderator'] as const)('as %s', (role) => {
  it('messages are cleared, and people are timed out, banned, and allowed to chat again', async () => {
    const { by, viewer, guest, name } = await people(role, `p-${role}`);
    await say(viewer, 'one thing');
    await say(viewer, 'another thing');
    await message(guest, 'another thing').waitFor();
    await say(by, `/clear ${name}`);
    await expect.poll(() => guest.getByText('Deleted by a moderator').count(), WAIT).toBe(2);
    await say(by, `/timeout ${name} 60 enough`);
    await viewer.getByText(/You can chat again in/).waitFor();
    await say(by, `/untimeout ${name}`);
    await box(viewer).waitFor();
    await say(by, `/ban ${name}`);
    await viewer.getByText('banned you from this chat').waitFor();
    await say(by, `/unban ${name}`);
    await box(viewer).waitFor();
    await say(viewer, 'back again');
    await message(guest, 'back again').waitFor();
  });

  it('the rules limit who can send what, and how often', async () => {
    const { by, viewer, guest } = await people(role, `r-${role}`);
    await say(by, '/emoji');
    await viewer.getByText('Emoji only').waitFor();
    await isRefused(viewer, 'only words', /emoji/i);
    await say(by, '/emoji off');
    await say(by, '/followers 10');
    await viewer.getByText('Followers only').waitFor();
    await isRefused(viewer, 'a stranger', /follow/i);
    await say(by, '/followers off');
    await say(by, '/registered');
    await guest.getByText('Log in to chat.').waitFor();
    await say(by, '/registered off');
    await box(guest).waitFor();
    await say(by, '/slow 120');
    await guest.getByText('one message every 120 s').waitFor();
    await say(guest, 'the first one');
    await isRefused(guest, 'the second one', /slow|wait|in \d/i);
    await say(by, '/slow off');
    await say(by, 'those who moderate are not held up');
    await expect.poll(() => message(guest, 'are not held up').isVisible(), WAIT).toBe(true);
  });

  it('words are blocked, and links are held until they are approved or rejected', async () => {
    const { by, viewer, guest } = await people(role, `w-${role}`);
    await by.getByRole('button', { name: /^Moderation/ }).click();
    await by.getByLabel(/blocked words/i).fill('turnip');
    const save = by.getByRole('button', { name: 'Save words' });
    await save.click();
    // The button is disabled again once the words are saved.
    await expect.poll(() => save.isDisabled(), WAIT).toBe(true);
    await by.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await isRefused(viewer, 'you t.u.r.n.i.p', /word/i);
    await say(by, '/holdlinks');
    await say(viewer, 'see https://onair.example/no');
    await viewer.getByText('Waiting for approval').waitFor();
    await by.getByRole('button', { name: 'Moderation, 1 pending' }).click();
    await by.getByRole('button', { name: 'Reject' }).click();
    await expect.poll(() => viewer.getByText('Waiting for approval').count(), WAIT).toBe(0);
    expect(await message(guest, 'onair.example/no').count()).toBe(0);
  });
});

describe.each(['viewer', 'guest'] as const)('as %s', (role) => {
  it('no moderation is offered, and no command works', async () => {
    const channel = `n-${role}`;
    const { by: owner, viewer, guest } = await people('owner', channel);
    const page = role === 'viewer' ? viewer : guest;
    await say(owner, 'the owner speaks');
    await message(page, 'the owner speaks').focus();
    for (const name of [/^Delete message/, /^Ban/, /^Time out/, /^Pin/])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    expect(await page.getByRole('button', { name: /^Moderation/ }).count()).toBe(0);
    for (const command of [`/ban ${channel}`, `/clear ${channel}`, '/slow 300', '/mod nobody'])
      await isRefused(page, command, /moderator|owner/i);
    await say(owner, 'the owner still speaks');
    await message(page, 'the owner still speaks').waitFor();
  });
});

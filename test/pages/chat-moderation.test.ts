import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { say, WAIT } from '../support/stage.js';
import { useStage } from '../support/fixtures/use-stage.js';

const stage = useStage();

/** Opens a new channel's page as its owner. */
async function ownerOf(name: string): Promise<Page> {
  const page = await stage.owner(name, `/${name}`);
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  return page;
}

/** Opens a channel's page with a new account. */
async function member(name: string, channel: string): Promise<Page> {
  const page = await stage.member(name, `/${channel}`);
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  return page;
}

const message = (page: Page, text: string) => page.locator('.message', { hasText: text }).last();

/** Opens a message's actions, and chooses one. */
async function act(page: Page, text: string, name: string): Promise<void> {
  const line = message(page, text);
  await line.focus();
  await line.getByRole('button', { name, exact: true }).click();
}

async function actMore(page: Page, text: string, name: string): Promise<void> {
  await act(page, text, 'More');
  await page.getByRole('menuitem', { name }).click();
}

describe('the owner', () => {
  it('deletes and restores a message, pins it, and times its sender out', async () => {
    const owner = await ownerOf('olga');
    const milo = await member('milo', 'olga');
    const guest = await stage.visit('/olga');
    await say(milo, 'a word about https://onair.example/x');
    await message(guest, 'a word about').waitFor();
    const link = guest.getByRole('link', { name: 'https://onair.example/x' });
    expect(await link.getAttribute('rel')).toBe('noopener nofollow ugc');
    await act(owner, 'a word about', 'Delete message');
    await guest.getByText('Deleted by a moderator').waitFor();
    expect(await message(guest, 'a word about').count()).toBe(0);
    expect(await owner.locator('del').textContent()).toContain('a word about');
    await act(owner, 'a word about', 'Restore message');
    await message(guest, 'a word about').waitFor();
    await actMore(owner, 'a word about', 'Pin message');
    await guest.getByRole('note', { name: 'Pinned message' }).waitFor();
    await actMore(owner, 'a word about', 'Time out for 10 minutes');
    await milo.getByText(/You can chat again in/).waitFor();
    await owner.getByRole('button', { name: 'Moderation', exact: true }).click();
    await owner.getByRole('tab', { name: 'Log' }).click();
    await owner
      .getByRole('listitem')
      .filter({ hasText: 'timed out' })
      .getByRole('button', { name: 'Undo' })
      .click();
    await milo.getByRole('textbox', { name: 'Message' }).waitFor();
  });

  it('bans a guest, who can still read', async () => {
    const owner = await ownerOf('omar');
    const guest = await stage.visit('/omar');
    await say(guest, 'spam from a guest');
    await act(owner, 'spam from a guest', await banName(owner, 'spam from a guest'));
    await guest.getByText('banned you from this chat').waitFor();
    expect(await guest.getByRole('textbox', { name: 'Message' }).count()).toBe(0);
    expect(await message(guest, 'spam from a guest').count()).toBe(1);
  });

  it('appoints a moderator, who approves held messages, none of which viewers see', async () => {
    const owner = await ownerOf('otto');
    const mona = await member('mona', 'otto');
    const vera = await member('vic', 'otto');
    await owner.getByRole('button', { name: 'Moderation', exact: true }).click();
    await owner.getByRole('switch', { name: /with links/ }).click();
    // Vera's message could arrive before the change takes effect.
    const audit = async () =>
      (await owner.request.get(`${stage.server.url}/api/channels/otto/audit`)).text();
    await expect.poll(audit, WAIT).toContain('hold links');
    await owner.getByRole('tab', { name: 'Moderators' }).click();
    await owner.getByLabel('Username').fill('mona');
    await owner.getByRole('button', { name: 'Add', exact: true }).click();
    await say(vera, 'look https://onair.example/y');
    await vera.getByText('Waiting for approval').waitFor();
    expect(await vera.getByRole('button', { name: /^Moderation/ }).count()).toBe(0);
    await mona.getByRole('button', { name: 'Moderation, 1 pending' }).click();
    await mona.getByRole('button', { name: 'Approve' }).click();
    await message(owner, 'onair.example/y').waitFor({ state: 'attached' });
  });

  it('enters commands; an invalid one stays in the text box with an error', async () => {
    const owner = await ownerOf('oscar');
    const guest = await stage.visit('/oscar');
    await say(owner, '/slow 30');
    await guest.getByText('one message every 30 s').waitFor();
    const box = owner.getByRole('textbox', { name: 'Message' });
    await box.fill('/timeout nobody');
    await box.press('Enter');
    await owner.locator('.composer-note', { hasText: /nobody/ }).waitFor();
    expect(await box.inputValue()).toBe('/timeout nobody');
  });
});

describe('everyone', () => {
  it('replies to a message, mentions someone, and reacts', async () => {
    const owner = await ownerOf('otis');
    const nora = await member('nora', 'otis');
    await say(owner, 'who is there?');
    await act(nora, 'who is there?', 'Reply to otis');
    await say(nora, 'me, @otis');
    await owner.locator('.message-mention-me', { hasText: '@otis' }).waitFor();
    await owner.locator('.message-quote', { hasText: 'who is there?' }).waitFor();
    await act(owner, 'me, @otis', 'React');
    await owner.getByRole('menuitem', { name: '🎉' }).click();
    const reaction = nora.getByRole('button', { name: '🎉, 1' });
    await reaction.waitFor();
    expect(await reaction.getAttribute('aria-pressed')).toBe('false');
  });
});

async function banName(page: Page, text: string): Promise<string> {
  const name = await message(page, text).locator('.message-name').textContent();
  return `Ban ${name}`;
}

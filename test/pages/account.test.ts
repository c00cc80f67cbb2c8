import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { totpCode } from '../../src/auth/second-factor/totp.js';
import { useStage } from '../support/fixtures/use-stage.js';

const PASSWORD = 'correct horse battery';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** A PNG with a single pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64',
);

const stage = useStage();
let setup: string;
beforeAll(async () => {
  // The link is printed after the line that says that the server is ready.
  setup = await vi.waitUntil(() => /\/setup\?token=\S+/.exec(stage.server.output)?.[0], 30_000);
});

async function serious(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(axe.source);
  const violations = (await page.evaluate('axe.run().then((r) => r.violations)')) as {
    id: string;
    impact: string | null;
    nodes: unknown[];
  }[];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} ${JSON.stringify(nodes)}`);
}

async function register(name: string): Promise<Page> {
  const page = await stage.member(name, '/account');
  await page.getByRole('heading', { name: 'Your channels' }).waitFor();
  return page;
}

async function logIn(name: string): Promise<Page> {
  const page = await stage.visit('/login?next=/account');
  await page.getByLabel('Username').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  return page;
}

/** Returns the code that an authenticator app shows for this key. */
function codeOf(base32: string, step: number): string {
  const bits = Array.from(base32.replaceAll(/\s/g, ''), (letter) =>
    BASE32.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('');
  const key = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  return totpCode(key, step);
}
const stepNow = () => Math.floor(Date.now() / 30_000);

it('the link from the first start creates the administrator, who sees the service’s state', async () => {
  const page = await stage.visit(setup);
  await page.getByLabel('Username').fill('boss');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Create administrator' }).click();
  await page.getByRole('heading', { name: 'Storage' }).waitFor();
  expect(await serious(page)).toEqual([]);
  await page.getByRole('tab', { name: 'Registration' }).click();
  await page.getByLabel('Recipient').fill('Barbara');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await page.getByText(/\/register\?invitation=/).waitFor();
  expect(await serious(page)).toEqual([]);
  await page.getByRole('tab', { name: 'Nodes' }).click();
  await page.getByText('This is the only node').waitFor();
  await page.getByText('Busiest media worker').waitFor();
  expect(await page.getByRole('button', { name: 'Drain' }).count()).toBe(0);
  expect(await serious(page)).toEqual([]);
  // The link works once.
  const late = await stage.visit(setup);
  await late.getByLabel('Username').fill('eve');
  await late.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await late.getByRole('button', { name: 'Create administrator' }).click();
  await late.getByText(/This link has been used/).waitFor();
});

it('an administrator disables an account, which is logged out at once', async () => {
  const victim = await register('victim');
  const boss = await logIn('boss');
  await boss.getByRole('heading', { name: 'boss' }).waitFor();
  await boss.goto(`${stage.server.url}/admin#accounts`);
  await boss.getByRole('listitem').filter({ hasText: 'victim' }).getByText('Disable').click();
  await boss.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await boss.getByRole('listitem').filter({ hasText: 'Disabled' }).waitFor();
  await victim.reload();
  await victim.getByRole('heading', { name: 'Log in' }).waitFor();
  expect(new URL(victim.url()).pathname).toBe('/login');
  await boss.getByRole('tab', { name: 'Activity' }).click();
  await boss.getByText('boss disabled victim').waitFor();
  expect(await serious(boss)).toEqual([]);
});

it('an administrator ends a broadcast', async () => {
  const studio = await stage.goLive('caster');
  const boss = await logIn('boss');
  await boss.getByRole('heading', { name: 'boss' }).waitFor();
  await boss.goto(`${stage.server.url}/admin#live`);
  await boss.getByRole('listitem').filter({ hasText: 'caster' }).getByText('End broadcast').click();
  await boss.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
  await boss.getByText('No one is live right now.').waitFor();
  expect((await stage.channel('caster')).broadcast).toBeNull();
  await studio.getByText('An administrator ended the broadcast.').waitFor();
});

describe('an account', () => {
  it('has a name and an avatar that others see', async () => {
    const page = await register('painter');
    await page.getByRole('tab', { name: 'Profile' }).click();
    await page.getByLabel('Display name').fill('The Painter');
    await page.getByRole('button', { name: 'Save name' }).click();
    await page.getByRole('heading', { name: 'The Painter' }).waitFor();
    await page
      .getByLabel('Picture file')
      .setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: PIXEL });
    await page.getByRole('button', { name: 'Change picture' }).waitFor();
    const isDrawn =
      'document.querySelector(".account-head img")?.complete && document.querySelector(".account-head img").naturalWidth === 256';
    await page.waitForFunction(isDrawn);
    expect(await serious(page)).toEqual([]);
  });

  it('has a live channel’s buttons side by side, even on a phone', async () => {
    const studio = await stage.goLive('gardener');
    const page = await studio.context().newPage();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${stage.server.url}/account`);
    await page.getByRole('listitem').filter({ hasText: 'LIVE' }).waitFor();
    const [edit, remove] = await Promise.all(
      ['Edit the title of gardener', 'Delete gardener'].map((name) =>
        page.getByRole('button', { name }).boundingBox(),
      ),
    );
    expect(edit?.y).toBe(remove?.y);
  });

  it('asks for the code from an authenticator app once one is set up', async () => {
    const page = await register('careful');
    await page.getByRole('tab', { name: 'Security' }).click();
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor();
    const key = (await page.getByRole('dialog').locator('code').textContent()) ?? '';
    await page.getByLabel('Code from the app').fill(codeOf(key, stepNow() - 1));
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByRole('button', { name: 'I’ve saved them' }).click();
    await page.getByText('Recovery codes left: 10').waitFor();
    expect(await serious(page)).toEqual([]);

    const elsewhere = await logIn('careful');
    await elsewhere.getByLabel('Code').fill('000000');
    await elsewhere.getByRole('button', { name: 'Log in', exact: true }).click();
    await elsewhere.getByText(/This code is wrong/).waitFor();
    await elsewhere.getByLabel('Code').fill(codeOf(key, stepNow()));
    await elsewhere.getByRole('button', { name: 'Log in', exact: true }).click();
    await elsewhere.getByRole('heading', { name: 'Your channels' }).waitFor();

    // Actions that a borrowed browser must not perform require a code in the same dialog.
    await page.getByRole('button', { name: 'New recovery codes' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Your password').fill(PASSWORD);
    await dialog.getByLabel('Code').fill('000000');
    await dialog.getByRole('button', { name: 'Get new codes' }).click();
    await dialog.getByText(/This code is wrong/).waitFor();
    expect(await serious(page)).toEqual([]);
    await dialog.getByLabel('Code').fill(codeOf(key, stepNow() + 1));
    await dialog.getByRole('button', { name: 'Get new codes' }).click();
    await page.getByRole('button', { name: 'I’ve saved them' }).click();

    // The log contains all of these actions.
    await page.getByRole('tab', { name: 'Activity' }).click();
    for (const text of [
      'New recovery codes generated',
      'Correct password, but a wrong code',
      'Logged in on a new device',
      'Two-factor authentication turned on',
      'Account created',
    ])
      await page.getByRole('listitem').filter({ hasText: text }).waitFor();
    expect(await serious(page)).toEqual([]);

    // The other session is ended on this page.
    await page.getByRole('tab', { name: 'Sessions' }).click();
    await page.getByRole('button', { name: 'End session' }).click();
    await page.getByText(/was logged out/).waitFor();
    await elsewhere.reload();
    await elsewhere.getByRole('heading', { name: 'Log in' }).waitFor();
  });

  it('creates a token that is shown once', async () => {
    const page = await register('scripter');
    await page.getByRole('tab', { name: 'API tokens' }).click();
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Token name').fill('a bot');
    await page.getByLabel(/Read chat/).check();
    await page.getByLabel('Your password').fill('a guess');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByText('Wrong password.').waitFor();
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByText(/^onair_[\w-]{43}$/).waitFor();
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: 'I’ve saved it' }).click();
    await page.getByRole('heading', { name: 'a bot' }).waitFor();
  });

  it('revokes all other access, except what is deselected', async () => {
    const page = await register('tidy');
    await page.getByRole('tab', { name: 'API tokens' }).click();
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Token name').fill('a bot');
    await page.getByLabel(/Read chat/).check();
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('button', { name: 'I’ve saved it' }).click();
    const elsewhere = await logIn('tidy');
    await elsewhere.getByRole('heading', { name: 'Your channels' }).waitFor();

    await page.getByRole('tab', { name: 'Sessions' }).click();
    await page.getByRole('button', { name: 'Log out everywhere else' }).click();
    await page
      .getByRole('dialog')
      .getByLabel(/^API tokens/)
      .uncheck();
    expect(await serious(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You’re logged out everywhere else.').waitFor();
    await elsewhere.reload();
    await elsewhere.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.reload();
    await page.getByRole('tab', { name: 'API tokens' }).click();
    await page.getByRole('heading', { name: 'a bot' }).waitFor();

    await page.getByRole('tab', { name: 'Security' }).click();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill('another fine battery');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed. You’re logged out everywhere else.').waitFor();
    await page.reload();
    await page.getByRole('tab', { name: 'API tokens' }).click();
    await page.getByRole('button', { name: 'New token' }).waitFor();
    expect(await page.getByRole('heading', { name: 'a bot' }).count()).toBe(0);
  });

  it('is deleted permanently after its password is entered', async () => {
    const page = await register('leaver');
    await page.getByRole('tab', { name: 'Your data' }).click();
    await page.getByRole('button', { name: 'Delete account' }).click();
    await page.getByLabel('Your password').fill('a guess');
    await page.getByRole('button', { name: 'Delete permanently' }).click();
    await page.getByText('Wrong password.').waitFor();
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Delete permanently' }).click();
    await page.waitForURL(`${stage.server.url}/`);
    const back = await logIn('leaver');
    const refusal = back.getByText('Wrong username or password.');
    await refusal.waitFor();
    expect(await refusal.isVisible()).toBe(true);
  });
});

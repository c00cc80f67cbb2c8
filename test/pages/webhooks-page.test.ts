import { expect } from 'vitest';
import { seriousOn } from '../support/accessibility.js';
import { stageTest as it } from '../support/fixtures/stage.js';

it('webhooks are added, tested, given a new secret and removed, and list their deliveries', async ({
  stage,
}) => {
  const page = await stage.studioOf('wilma');
  await page.goto(`${stage.server.url}/account#webhooks`);
  await page.getByRole('button', { name: 'New webhook' }).click();
  await page.getByLabel('URL').fill('not an address');
  await page.getByRole('button', { name: 'Add webhook' }).click();
  await page.getByText(/starts with https/).waitFor();
  await page.getByLabel('URL').fill('https://receiver.invalid/onair');
  await page.getByLabel(/A broadcast ends/).check();
  await page.getByRole('button', { name: 'Add webhook' }).click();
  const shown = page.getByRole('dialog', { name: 'Webhook secret' });
  const secret = await shown.locator('code').textContent();
  await page.getByRole('button', { name: 'I’ve saved it' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'https://receiver.invalid/onair' });
  await row.getByText('No deliveries yet.').waitFor();

  await row.getByRole('button', { name: 'Send test' }).click();
  // Nothing listens at the address. The page says so, and says that the delivery will be retried.
  const deliveries = page.getByRole('list', { name: /Deliveries to/ });
  await deliveries.getByText('Retrying').waitFor();
  await deliveries.getByText('ping').waitFor();
  await row.getByText('Last: retrying').waitFor();
  expect(await seriousOn(page)).toEqual([]);

  await row.getByRole('button', { name: 'New secret' }).click();
  await page.getByRole('button', { name: 'Generate secret' }).click();
  const other = await shown.locator('code').textContent();
  expect(other).not.toBe(secret);
  await page.getByRole('button', { name: 'I’ve saved it' }).click();

  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove webhook' }).click();
  await page.getByText('Webhook removed.').first().waitFor();
  expect(await row.count()).toBe(0);
});

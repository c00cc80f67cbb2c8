import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { seriousOn } from '../support/accessibility.js';
import { Stage } from '../support/stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(() => stage?.close());

it('webhooks are added, tried, given another secret and removed, and say what became of what was sent', async () => {
  const page = await stage.studioOf('wilma');
  await page.goto(`${stage.server.url}/account#webhooks`);
  await page.getByRole('button', { name: 'New webhook' }).click();
  await page.getByLabel('Address').fill('not an address');
  await page.getByRole('button', { name: 'Add webhook' }).click();
  await page.getByText(/starts with https/).waitFor();
  await page.getByLabel('Address').fill('https://receiver.invalid/onair');
  await page.getByLabel(/A broadcast ends/).check();
  await page.getByRole('button', { name: 'Add webhook' }).click();
  const shown = page.getByRole('dialog', { name: 'The webhook’s secret' });
  const secret = await shown.locator('code').textContent();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'https://receiver.invalid/onair' });
  await row.getByText('Nothing was sent yet.').waitFor();

  await row.getByRole('button', { name: 'Send a test' }).click();
  // Nobody is there: it says so, and that it goes on trying.
  const deliveries = page.getByRole('list', { name: /What was sent to/ });
  await deliveries.getByText('Trying again').waitFor();
  await deliveries.getByText('ping').waitFor();
  await row.getByText('Last: trying again').waitFor();
  expect(await seriousOn(page)).toEqual([]);

  await row.getByRole('button', { name: 'New secret' }).click();
  await page.getByRole('button', { name: 'Make a new secret' }).click();
  const other = await shown.locator('code').textContent();
  expect(other).not.toBe(secret);
  await page.getByRole('button', { name: 'I have kept it' }).click();

  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove webhook' }).click();
  await page.getByText('The webhook was removed.').first().waitFor();
  expect(await row.count()).toBe(0);
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { seriousOn } from '../support/accessibility.js';
import { say, Stage, WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

let stage: Stage;
let studio: Page;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail')
    process.stderr.write(`The server said:\n${stage.server.output}\n`);
});
afterAll(async () => {
  await stage?.clear(false);
  await stage?.close();
});

const facts = (page: Page) => page.locator('.statistics-facts');
/** Waits until both plots are drawn. */
async function drawn(page: Page): Promise<void> {
  await expect.poll(() => page.locator('.statistics-plot canvas').count(), WAIT).toBe(2);
}

describe('statistics', () => {
  it('are in the studio while live, and grow', async () => {
    studio = await stage.goLive('stella');
    const guest = await stage.visit('/stella');
    await framesAdvance(guest);
    await say(guest, 'hello');
    await studio.getByRole('tab', { name: 'Statistics' }).click();
    await drawn(studio);
    await facts(studio).getByText('1 viewer', { exact: true }).waitFor();
    // Refreshed every ten seconds.
    await facts(studio).getByText('1 message', { exact: true }).waitFor();
    await say(guest, 'hello again');
    await facts(studio).getByText('2 messages', { exact: true }).waitFor();
    await facts(studio)
      .getByText(/^[1-9]\d* s$/)
      .waitFor();
    await studio.getByText(/^Recorded so far: 0:[0-9]+/).waitFor();
    expect(await seriousOn(studio)).toEqual([]);
  });

  it('can be read as a table', async () => {
    await studio.getByText('Show as table').click();
    const table = studio.locator('.statistics-table');
    await table.getByRole('columnheader', { name: 'Peak viewers' }).waitFor();
    await expect.poll(() => table.getByRole('row').count(), WAIT).toBeGreaterThan(2);
  });

  it('are in the list of past broadcasts, and on the recording page for its owner', async () => {
    await studio.getByRole('button', { name: 'End broadcast' }).first().click();
    await studio.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
    await stage.isInState('stella', null);
    await studio.getByRole('button', { name: 'Statistics' }).click();
    const shown = studio.getByRole('dialog', { name: 'Statistics' });
    await shown.getByText('2 messages', { exact: true }).waitFor();
    await shown.getByRole('button', { name: 'Done' }).click();
    await studio.goto(`${stage.server.url}/studio`);
    await studio.getByRole('button', { name: 'Past broadcasts' }).click();
    await studio.getByRole('button', { name: /More actions for/ }).click();
    await studio.getByRole('menuitem', { name: 'Statistics' }).click();
    const dialog = studio.getByRole('dialog', { name: 'Statistics' });
    await drawn(studio);
    await facts(studio).getByText('2 messages', { exact: true }).waitFor();
    expect(await seriousOn(studio)).toEqual([]);
    await dialog.getByRole('button', { name: 'Done' }).click();
    const link = studio.getByRole('dialog').getByRole('link', { name: 'stella' });
    const path = (await link.getAttribute('href')) ?? '';
    await studio.goto(`${stage.server.url}${path}`);
    await studio.getByRole('button', { name: 'More', exact: true }).click();
    await studio.getByRole('menuitem', { name: 'Statistics' }).click();
    await drawn(studio);
    const guest = await stage.visit(path);
    await guest.getByRole('heading', { level: 1 }).waitFor();
    expect(await guest.getByRole('button', { name: 'More', exact: true }).count()).toBe(0);
  });
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seriousOn } from '../support/accessibility.js';
import { PASSWORD } from '../support/http-client.js';
import { misplacedOn } from '../support/layout.js';
import { TestNodes } from '../support/nodes.js';
import { ServerProcess } from '../support/server-process.js';
import { Stage, WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

/** A folder for screenshots at each size, for people to check. */
const PICTURES = process.env.PICTURES_DIR;
const SIZES = [
  { width: 320, height: 640 },
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
] as const;

/** A machine name of maximum length, without a place where it could be broken. */
const LONG = 'wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissen';

describe.skipIf(!process.env.TEST_DATABASE_URL)('the page that lists the nodes', () => {
  let nodes: TestNodes;
  let stage: Stage;
  let busy: ServerProcess;
  let hung: ServerProcess;

  beforeAll(async () => {
    nodes = await TestNodes.open();
    stage = await Stage.open(await nodes.settings('node-1'));
    busy = await ServerProcess.start(await nodes.settings('node-2'));
    hung = await ServerProcess.start(await nodes.settings(LONG));
  });
  afterEach(async ({ task }) => {
    const isFailed = task.result?.state === 'fail';
    if (isFailed) process.stderr.write(`The other nodes:\n${busy.output}\n${hung.output}\n`);
    await stage.clear(isFailed);
  });
  afterAll(async () => {
    if (hung?.isRunning) hung.signal('SIGCONT');
    await hung?.close();
    await busy?.close();
    await stage?.close();
    await nodes?.close();
  });

  const nodeOn = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

  /** Returns a figure from a node's load. */
  const factOf = (page: Page, name: string, label: string) =>
    nodeOn(page, name)
      .locator('dt', { hasText: label })
      .locator('xpath=following-sibling::dd')
      .textContent();

  /** Returns everything that is out of place on a page at any size. */
  async function look(page: Page, name: string): Promise<string[]> {
    const found: string[] = [];
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        found.push(...(await misplacedOn(page)));
        if (PICTURES === undefined) continue;
        mkdirSync(PICTURES, { recursive: true });
        const path = join(PICTURES, `${name}-${size.width}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: true });
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    return found;
  }

  it('shows each node’s load and state, and drains one', async () => {
    const studio = await stage.goLive('ann', { url: busy.url });
    const watcher = await stage.visit('/ann', { url: busy.url });
    await framesAdvance(watcher);
    const token = /\/setup\?token=([\w-]+)/.exec(stage.server.output)?.[1];
    const page = await stage.visit('/');
    const data = { token, username: 'boss', password: PASSWORD };
    const answer = await page.request.post(`${stage.server.url}/api/setup`, { data });
    if (!answer.ok()) throw new Error(await answer.text());
    await page.goto(`${stage.server.url}/admin#nodes`);

    await nodeOn(page, LONG).getByText('Running').waitFor();
    hung.signal('SIGSTOP');
    // The page reloads the list by itself.
    await nodeOn(page, LONG).getByText('Not responding').waitFor();
    await nodeOn(page, LONG)
      .getByText(/last seen/)
      .waitFor();
    expect(await nodeOn(page, LONG).getByRole('button').count()).toBe(0);

    await expect.poll(() => factOf(page, 'node-2', 'Broadcasts'), WAIT).toBe('1');
    await expect.poll(() => factOf(page, 'node-2', 'Viewers'), WAIT).toBe('1 (1 over WebRTC)');
    await expect.poll(() => factOf(page, 'node-2', 'Sending'), WAIT).toMatch(/^[1-9]/);
    expect(await look(page, 'nodes')).toEqual([]);
    expect(await seriousOn(page)).toEqual([]);
    await studio.getByRole('button', { name: 'End broadcast' }).first().click();
    await studio.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
    await stage.isInState('ann', null);
    await watcher.close();

    await nodeOn(page, 'node-2').getByRole('button', { name: 'Drain' }).click();
    const dialog = page.getByRole('dialog', { name: 'Drain node-2?' });
    await dialog.waitFor();
    expect(await look(page, 'drain')).toEqual([]);
    expect(await seriousOn(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await nodeOn(page, 'node-2').getByText('Running').waitFor();
    await nodeOn(page, 'node-2').getByRole('button', { name: 'Drain' }).click();
    await dialog.getByRole('button', { name: 'Drain' }).click();
    await nodeOn(page, 'node-2').getByText('Draining', { exact: true }).waitFor();
    await nodeOn(page, 'node-2').getByText('you can stop it').waitFor();
    // No other node could take over the last node's clients.
    expect(await page.getByRole('button', { name: 'Drain', exact: true }).count()).toBe(0);
    expect(await look(page, 'draining')).toEqual([]);
    expect(await seriousOn(page)).toEqual([]);
    await nodeOn(page, 'node-2').getByRole('button', { name: 'Cancel drain' }).click();
    await nodeOn(page, 'node-2').getByText('Running').waitFor();
    await nodeOn(page, 'node-2').getByRole('button', { name: 'Drain', exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.getByText('boss drained the node node-2').waitFor();
    await page.getByText('boss canceled the drain of the node node-2').waitFor();
  });
});

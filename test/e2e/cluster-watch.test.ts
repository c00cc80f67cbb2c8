import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TestNodes } from '../support/nodes.js';
import { ServerProcess } from '../support/server-process.js';
import { Stage, WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

describe.skipIf(!process.env.TEST_DATABASE_URL)(
  'a watch page on a node to which the publisher is not connected',
  () => {
    let nodes: TestNodes;
    let stage: Stage;
    let other: ServerProcess;

    beforeAll(async () => {
      nodes = await TestNodes.open();
      stage = await Stage.open(await nodes.settings('a'));
      other = await ServerProcess.start(await nodes.settings('b'));
    });
    afterEach(({ task }) => {
      if (task.result?.state === 'fail') process.stderr.write(`The other node:\n${other.output}\n`);
      return stage.clear(task.result?.state === 'fail');
    });
    afterAll(async () => {
      await other?.close();
      await stage?.close();
      await nodes?.close();
    });

    const press = (page: Page, name: string): Promise<void> =>
      page.getByRole('button', { name, exact: true }).click();

    it('shows the video over WebRTC, even after a change or an interruption', async () => {
      const studio = await stage.goLive('ann');
      const viewer = await stage.visit('/ann', { url: other.url });
      const moves = async () => {
        await framesAdvance(viewer);
        await expect
          .poll(() => viewer.locator('.delay-chip-button').textContent(), WAIT)
          .toMatch(/^WebRTC/);
      };
      await moves();
      await expect.poll(async () => (await stage.channel('ann')).viewers, WAIT).toBe(1);
      await press(studio, 'Share screen');
      await studio.getByText('Sharing your screen').waitFor();
      await moves();
      await press(studio, 'Stop camera');
      await moves();
      studio.on('dialog', (dialog) => void dialog.accept());
      await studio.reload();
      await viewer
        .getByText(/reconnecting/i)
        .first()
        .waitFor();
      await press(studio, 'Resume broadcast');
      await stage.isInState('ann', 'live');
      await moves();
      await press(studio, 'End broadcast');
    }, 180_000);
  },
);

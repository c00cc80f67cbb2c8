import { describe, expect } from 'vitest';
import { say, WAIT } from '../support/stage.js';
import { framesAdvance, videoOf } from '../support/video.js';
import { stageTest as it } from '../support/fixtures/stage.js';

describe('the main workflow', () => {
  it('signs up, goes live, is watched by two viewers, chats both ways, and ends', async ({
    stage,
  }) => {
    const studio = await stage.visit('/register?next=/studio');
    await studio.getByLabel('Username').fill('maria');
    await studio.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await studio.getByRole('button', { name: 'Create account' }).click();
    await studio.getByLabel('Channel name').fill('maria');
    await studio.getByRole('button', { name: /create channel|continue/i }).click();
    await studio.getByRole('button', { name: 'Go live' }).click();
    await stage.isInState('maria', 'live');
    await studio.getByRole('button', { name: 'End broadcast' }).first().waitFor();
    const [one, two] = await Promise.all([stage.visit('/maria'), stage.visit('/maria')]);
    await Promise.all([framesAdvance(one), framesAdvance(two)]);
    await expect.poll(async () => (await stage.channel('maria')).viewers, WAIT).toBe(2);

    await say(studio, 'Hello from the studio');
    await Promise.all([one, two].map((page) => page.getByText('Hello from the studio').waitFor()));
    await one.getByRole('button', { name: 'Change name' }).click();
    await one.getByLabel('Your name').fill('Wim');
    await one.getByRole('button', { name: 'Save' }).click();
    await say(one, 'Hello, Maria');
    await Promise.all([studio, two].map((page) => page.getByText('Hello, Maria').waitFor()));

    const { broadcast } = await stage.channel('maria');
    const kept = await fetch(`${stage.server.url}/api/broadcasts/${broadcast?.id}/chat`);
    expect(await kept.json()).toMatchObject({
      messages: [
        { name: 'maria', role: 'owner', text: 'Hello from the studio' },
        { name: 'Wim', role: 'guest', text: 'Hello, Maria' },
      ],
    });

    await studio.getByRole('button', { name: 'End broadcast' }).first().click();
    await studio.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
    await stage.isInState('maria', null);
    await one
      .getByText(/has ended|broadcast ended/i)
      .first()
      .waitFor();
  });

  it('serves viewers of one broadcast from several workers', async ({ stage }) => {
    await stage.goLive('paula');
    const viewers = await Promise.all(Array.from({ length: 3 }, () => stage.visit('/paula')));
    for (const viewer of viewers) await framesAdvance(viewer);
    const metrics = await (await fetch(`${stage.server.url}/metrics`)).text();
    expect(metrics).toMatch(/^onair_routers 2$/m);
    expect(metrics).toMatch(/^onair_viewers 3$/m);
  });

  it('lets a viewer select a layer, and shows the measured latency', async ({ stage }) => {
    await stage.goLive('nina');
    const viewer = await stage.visit('/nina');
    await framesAdvance(viewer);
    await expect.poll(async () => (await videoOf(viewer)).height, WAIT).toBe(720);
    await viewer.locator('video').hover();
    await viewer.getByRole('button', { name: 'Quality' }).click();
    await viewer.getByRole('menuitemradio', { name: /180p|low/i }).click();
    await expect.poll(async () => (await videoOf(viewer)).height, WAIT).toBe(180);
    const chip = viewer.getByRole('button', { name: /^WebRTC \d+\.\d s$/ });
    await chip.waitFor();
    const seconds = Number(/\d+\.\d/.exec((await chip.textContent()) ?? '')?.[0]);
    // The latency is below a second on an idle machine. The test only requires a plausible value.
    expect(seconds).toBeLessThan(3);
  });

  it('is also watched in an embed', async ({ stage }) => {
    await stage.goLive('olga');
    const embed = await stage.visit('/embed/olga');
    await framesAdvance(embed);
    expect(await embed.locator('video').count()).toBe(1);
    // The page uses the socket that it opened before its code was loaded.
    expect(await embed.evaluate('globalThis.onairHeadStart.early')).toBeNull();
  });
});

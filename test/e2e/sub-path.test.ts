import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PathProxy } from '../support/path-proxy.js';
import { say, Stage, WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

const BASE = '/live';
let proxy: PathProxy;
let stage: Stage;
beforeAll(async () => {
  proxy = await PathProxy.listen(BASE);
  stage = await Stage.open({ PUBLIC_URL: `${proxy.origin}${BASE}`, TRUST_PROXY: 'true' });
  proxy.passTo(stage.server.url);
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(async () => {
  await stage?.close();
  await proxy?.close();
});

const outside = () => ({ url: `${proxy.origin}${BASE}` });

describe('a service under a path, behind a proxy', () => {
  it('supports the main workflow: going live, watching, chatting', async () => {
    const studio = await stage.goLive('maria', outside());
    expect(new URL(studio.url()).pathname).toBe(`${BASE}/studio`);
    const viewer = await stage.visit('/maria', outside());
    await framesAdvance(viewer);
    expect(await viewer.evaluate('globalThis.onairHeadStart.early')).toBeNull();
    await say(studio, 'Hello from below');
    await viewer.getByText('Hello from below').waitFor();

    const link = `${proxy.origin.replace('http://', '')}${BASE}/maria`;
    // The link is in a tab that isn't open, so it is attached but not visible.
    await studio.getByText(link, { exact: true }).first().waitFor({ state: 'attached' });

    const directory = await stage.visit('', outside());
    await directory.getByRole('link', { name: /maria/i }).first().click();
    await directory.waitForURL(`**${BASE}/maria`);
    await framesAdvance(directory);
    await directory.getByRole('link', { name: 'Onair, home' }).click();
    await directory.waitForURL(`**${BASE}/`);

    await studio.getByRole('button', { name: 'End broadcast' }).first().click();
    await studio.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
    await stage.isInState('maria', null);
    // No page requested anything outside the path.
    expect(proxy.strays).toEqual([]);
  });

  it('falls back to HLS', async () => {
    await stage.goLive('nora', outside());
    const viewer = await stage.visit('/nora?mode=hls', outside());
    await framesAdvance(viewer);
    await viewer
      .getByRole('button', { name: /^HLS|^LL-HLS|HLS/ })
      .first()
      .waitFor();
    const embed = await stage.visit('/embed/nora?mode=hls', outside());
    await framesAdvance(embed);
    expect(proxy.strays).toEqual([]);
  });

  it('limits the login session to the path', async () => {
    const studio = await stage.studioOf('olga', outside());
    const cookies = await studio.context().cookies();
    expect(cookies.length).toBeGreaterThan(0);
    for (const { path } of cookies) expect(path).toMatch(/^\/live(?:\/|$)/);
    await studio.reload();
    await studio.getByRole('button', { name: 'Go live' }).waitFor();
    await expect.poll(() => new URL(studio.url()).pathname, WAIT).toBe(`${BASE}/studio`);
  });
});

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { firefoxBin, launchFirefox } from '../support/firefox.js';
import { onlyCodecScript } from '../support/only-codec.js';
import { serveOtherSite } from '../support/other-site.js';
import { Stage, WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';
import type { LocalServer } from '../support/local-server.js';

let stage: Stage;
let site: LocalServer;
beforeAll(async () => {
  stage = await Stage.open();
  site = await serveOtherSite('whep-clients.js');
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(async () => {
  await stage?.close();
  await site?.close();
});

type Player = 'medooze' | 'eyevinn' | 'theirOffer';

/** Opens a page on another site that watches. @param more further arguments for the player */
async function watch(player: Player, name: string, ...more: unknown[]): Promise<Page> {
  const page = await stage.visit('/', { url: site.url });
  const list = [`${stage.server.url}/whep/${name}`, ...more];
  await page.evaluate(`whep.${player}(...${JSON.stringify(list)})`);
  return page;
}
const received = (page: Page) => page.evaluate<string[]>('whep.received()');
const viewers = async (name: string) => (await stage.channel(name)).viewers;

describe('a WHEP player on another site', () => {
  it.each(['medooze', 'eyevinn', 'theirOffer'] as const)(
    'plays with %s, and is counted as a viewer until it stops',
    async (player) => {
      const name = player.toLowerCase();
      await stage.goLive(name);
      const page = await watch(player, name);
      await framesAdvance(page);
      await expect.poll(() => viewers(name), WAIT).toBe(1);
      await page.evaluate('whep.stop()');
      await expect.poll(() => viewers(name), WAIT).toBe(0);
    },
  );

  it('plays beside another player with different payload types', async () => {
    await stage.goLive('numbers');
    const one = await watch('medooze', 'numbers');
    await framesAdvance(one);
    const video = (await received(one)).find((text) => text.startsWith('video/')) ?? '';
    const [, number = ''] = video.split(' ');
    const free = number === '126' ? '125' : '126';
    const other = await watch('medooze', 'numbers', undefined, [number, free]);
    await framesAdvance(other);
    expect(await received(other)).toContain(`video/H264 ${free}`);
    await framesAdvance(one);
    expect(await received(one)).toContain(video);
  });

  it(
    'continues when the broadcaster returns, and after an ICE restart',
    { timeout: 180_000 },
    async () => {
      const studio = await stage.goLive('comeback');
      const pages = [
        await watch('medooze', 'comeback'),
        await watch('eyevinn', 'comeback'),
        await watch('theirOffer', 'comeback'),
      ];
      for (const page of pages) await framesAdvance(page);
      studio.on('dialog', (dialog) => void dialog.accept());
      await studio.reload();
      await stage.isInState('comeback', 'interrupted');
      await studio.getByRole('button', { name: 'Resume broadcast' }).click();
      await stage.isInState('comeback', 'live');
      for (const page of pages) await framesAdvance(page, 30);
      expect(await viewers('comeback')).toBe(3);
      const [page] = pages;
      await page!.evaluate('whep.restart()');
      await framesAdvance(page!, 30);
    },
  );

  it('is disconnected when the channel becomes private', async () => {
    const studio = await stage.goLive('shy');
    const page = await watch('medooze', 'shy');
    await framesAdvance(page);
    await studio.evaluate(
      `fetch('/api/channels/shy/access', { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"visibility":"private"}' })`,
    );
    await expect.poll(() => page.evaluate('peer.connectionState'), WAIT).not.toBe('connected');
    await expect(watch('medooze', 'shy')).rejects.toThrow(/404/);
  });
});

// An empty FIREFOX_BIN means that Firefox is missing; the test summary says so.
describe.skipIf(firefoxBin() === null)('Firefox', () => {
  it('plays VP8 over WHEP beside Chromium', async () => {
    await stage.goLive('vp8', { initScripts: [onlyCodecScript('video/VP8')] });
    const chromium = await watch('medooze', 'vp8');
    const firefox = await launchFirefox();
    try {
      const page = await firefox.newPage();
      await page.goto(site.url);
      await page.evaluate(`whep.medooze(${JSON.stringify(`${stage.server.url}/whep/vp8`)})`);
      // Firefox's video elements don't count frames received over WebRTC.
      const frames = () => page.evaluate('whep.framesDecoded()');
      await expect.poll(frames, WAIT).toBeGreaterThan(20);
      await framesAdvance(chromium);
      expect(await page.evaluate('whep.received()')).toContain('video/VP8 120');
      expect(await received(chromium)).toContain('video/VP8 96');
    } finally {
      await firefox.close();
    }
  });
});

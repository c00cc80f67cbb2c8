import type { Browser, Page } from 'playwright-core';
import { registerWithChannel } from '../test/support/people.js';

/** The time within which the encoder starts its three layers, one after the other. */
const LAYERS_MS = 5_000;

type Studio = {
  /** The server's URL. */
  url: string;
  /** The channel's name, which is also the owner's username. */
  channel: string;
  /** A script that runs in the studio before its own code. */
  initScript: string;
};

/**
 * Starts a broadcast from the browser's fake camera and microphone. Resolves with the studio once it
 * is live.
 */
export async function goLive(
  browser: Browser,
  { url, channel, initScript }: Studio,
): Promise<Page> {
  const { cookie } = await registerWithChannel(url, channel, 'Benchmark');
  const context = await browser.newContext();
  await context.addInitScript(initScript);
  await context.addCookies(
    cookie.split('; ').map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return { name, value, url };
    }),
  );
  const page = await context.newPage();
  await page.goto(`${url}/studio`);
  await page.getByRole('button', { name: 'Go live' }).click();
  await page.getByRole('button', { name: 'End broadcast' }).first().waitFor();
  await page.waitForTimeout(LAYERS_MS);
  return page;
}

import type { Browser } from 'playwright-core';
import { registerWithChannel } from '../test/support/people.js';

/** The encoder's three layers start one after the other. */
const LAYERS_MS = 5_000;

type Studio = {
  /** The server's. */
  url: string;
  /** Also its owner's name. */
  channel: string;
  /** Run in the studio before its own code. */
  initScript: string;
};

/** A broadcast from the camera and microphone that the browser pretends to have; live when this resolves. */
export async function goLive(
  browser: Browser,
  { url, channel, initScript }: Studio,
): Promise<void> {
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
}

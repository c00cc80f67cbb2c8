import { existsSync } from 'node:fs';
import { type Browser, launch, type Page } from 'puppeteer-core';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * The switches that automation libraries use to prevent the throttling of pages in the background.
 */
const NO_THROTTLING = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/**
 * Launches headless Chromium that throttles hidden tabs as users' browsers do. Puppeteer drives it,
 * because Playwright makes every page believe that it is visible.
 */
export async function launchThrottlingChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_BIN ?? CANDIDATES.find((path) => existsSync(path));
  if (!executablePath) throw new Error('Chromium was not found. Install it, or set CHROMIUM_BIN.');
  return launch({
    executablePath,
    headless: true,
    ignoreDefaultArgs: NO_THROTTLING,
    args: [
      '--use-fake-device-for-media-stream=fps=30',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      '--no-sandbox',
      '--disable-gpu',
    ],
  });
}

/** Opens another tab in front of the page, and waits until the page is hidden. */
export async function hide(page: Page): Promise<void> {
  const other = await page.browser().newPage();
  await other.bringToFront();
  // By default, Puppeteer polls with animation frames, which a hidden page doesn't get.
  await page.waitForFunction('document.hidden', { polling: 200 });
}

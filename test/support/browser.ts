import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Launches headless Chromium with a fake camera and microphone that need no permission. */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_BIN ?? CANDIDATES.find((path) => existsSync(path));
  if (!executablePath) throw new Error('Chromium was not found. Install it, or set CHROMIUM_BIN.');
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      // Only ten frames per second, because the cores that encode three layers also run everything
      // else.
      '--use-fake-device-for-media-stream=fps=10',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // The pages of a test share one browser, and pages in the background must continue to run.
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
      ...args,
    ],
  });
}

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, launch } from 'puppeteer-core';

const NAMES = ['firefox-esr', 'firefox'];

/**
 * Returns the path to Firefox: FIREFOX_BIN, or Firefox from PATH. Null if neither exists or
 * FIREFOX_BIN is empty.
 */
export function firefoxBin(): string | null {
  const { FIREFOX_BIN, PATH = '' } = process.env;
  if (FIREFOX_BIN !== undefined) return FIREFOX_BIN === '' ? null : FIREFOX_BIN;
  const paths = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  return paths.find(isProgram) ?? null;
}

/**
 * Launches headless stock Firefox over WebDriver BiDi; it plays without a click and doesn't check
 * for updates.
 */
export async function launchFirefox(): Promise<Browser> {
  const executablePath = firefoxBin();
  if (executablePath === null)
    throw new Error('Firefox was not found. Install it, or set FIREFOX_BIN.');
  return launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: {
      'media.autoplay.default': 0,
      'media.navigator.permission.disabled': true,
      'media.navigator.streams.fake': true,
      // WebRTC over loopback.
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      // Otherwise, Firefox would download its H.264 codec for WebRTC, and the test wouldn't cover
      // Firefox as shipped.
      'media.gmp-manager.updateEnabled': false,
      'media.gmp-gmpopenh264.enabled': false,
    },
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, launch } from 'puppeteer-core';

const NAMES = ['firefox-esr', 'firefox'];

/** Where Firefox is: FIREFOX_BIN, else from PATH. Null: there is none, or FIREFOX_BIN is empty, which says so. */
export function firefoxBin(): string | null {
  const { FIREFOX_BIN, PATH = '' } = process.env;
  if (FIREFOX_BIN !== undefined) return FIREFOX_BIN === '' ? null : FIREFOX_BIN;
  const paths = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  return paths.find(isProgram) ?? null;
}

/** Headless Firefox as it is delivered, over WebDriver BiDi; it plays without a click and looks for no update. */
export async function launchFirefox(): Promise<Browser> {
  const executablePath = firefoxBin();
  if (executablePath === null)
    throw new Error('There is no Firefox here. Install it, or set FIREFOX_BIN to one.');
  return launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: {
      'media.autoplay.default': 0,
      'media.navigator.permission.disabled': true,
      'media.navigator.streams.fake': true,
      // WebRTC on the machine itself.
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      // Firefox fetches its H.264 for WebRTC from the net; without that it is what it was delivered as.
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

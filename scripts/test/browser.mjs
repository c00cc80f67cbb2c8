import { ensurePackages } from '../set-up/debian.mjs';
import { firstProgram, inPath } from './program.mjs';

/** @typedef {import('../set-up/progress.mjs').Report} Report */

/** Debian's packages. fonts-liberation gives text a realistic size in layouts and screenshots. */
const PACKAGES = ['chromium', 'fonts-liberation'];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ON_MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * Finds Chromium for the end-to-end tests, or installs Debian's.
 * @param {Report} report
 * @returns {Promise<string>} the path of the program
 * @throws {import('../set-up/set-up-error.mjs').SetUpError} if it is missing and can't be installed
 */
export async function findBrowser(report) {
  const present = await installedBrowser();
  if (present) return present;
  await ensurePackages(PACKAGES, {
    purpose: 'the tests in a real browser',
    programs: ['chromium'],
    report,
  });
  return (await installedBrowser()) ?? '/usr/bin/chromium';
}

async function installedBrowser() {
  return firstProgram([process.env.CHROMIUM_BIN, ...inPath(NAMES), ON_MAC]);
}

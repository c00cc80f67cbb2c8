import type { Boot } from '../../src/protocol/boot.js';
import { setBasePath } from './base-path.js';

const nobody: Boot = {
  account: null,
  channel: null,
  sharing: null,
  locked: null,
  rtpCapabilities: null,
  chatGuests: true,
  rewindMs: 1_800_000,
  graceMs: 60_000,
  basePath: '',
};

/**
 * Reads the boot data that the server wrote into this page, and sets the base path from it. A page
 * without boot data (which only Vite's development server serves) starts as if the visitor were not
 * logged in.
 */
export function readBoot(document: Document = globalThis.document): Boot {
  const text = document.getElementById('boot')?.textContent;
  if (!text) return nobody;
  // The data was written by our own server, so it is trusted like the page's code.
  const boot: Boot = JSON.parse(text);
  setBasePath(boot.basePath);
  return boot;
}

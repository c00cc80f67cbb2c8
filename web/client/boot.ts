import type { Boot } from '../../src/protocol/boot.js';
import { setBasePath } from './base-path.js';

const nobody: Boot = {
  account: null,
  channel: null,
  locked: null,
  rtpCapabilities: null,
  chatGuests: true,
  rewindMs: 1_800_000,
  basePath: '',
};

/**
 * What the server wrote into this page, which says as well where the page's addresses begin. A page
 * served without it (by Vite alone) starts as a visitor's who knows nothing yet.
 */
export function readBoot(document: Document = globalThis.document): Boot {
  const text = document.getElementById('boot')?.textContent;
  if (!text) return nobody;
  // Written by the server that checks every request, so trusted like the page's own code.
  const boot: Boot = JSON.parse(text);
  setBasePath(boot.basePath);
  return boot;
}

import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchChromium } from '../support/browser.js';
import { firefoxBin, launchFirefox } from '../support/firefox.js';
import { type LocalServer, serveLocally } from '../support/local-server.js';

const SIGNALS = '@preact/signals-core';
const EXCHANGES = 10;

type Kinds = readonly ('audio' | 'video')[];
type Exchanged = { blanks: string[]; states: string[] };

describe('a video whose tracks are exchanged', () => {
  let server: LocalServer;

  beforeAll(async () => {
    const text = (path: string) => readFile(path, 'utf8');
    const scripts = new Map([
      ['/signals.js', await text(`node_modules/${SIGNALS}/dist/signals-core.mjs`)],
      ['/played-stream.js', stripTypeScriptTypes(await text('web/client/played-stream.ts'))],
      ['/page.js', await text('test/support/pages/exchanged-tracks.js')],
    ]);
    const imports = JSON.stringify({ imports: { [SIGNALS]: '/signals.js' } });
    const provided =
      "import { PlayedStream } from '/played-stream.js'; window.PlayedStream = PlayedStream;";
    const html =
      `<!doctype html><title>Tracks</title><script type="importmap">${imports}</script>` +
      `<video muted playsinline></video><script type="module">${provided}</script>` +
      '<script type="module" src="/page.js"></script>';
    server = await serveLocally((request, response) => {
      const script = scripts.get(request.url ?? '');
      response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
      response.end(script ?? html);
    });
  });
  afterAll(() => server?.close());

  const callOf = (kinds: Kinds) =>
    `window.exchange(${JSON.stringify({ times: EXCHANGES, kinds })})`;

  async function inChromium(kinds: Kinds): Promise<Exchanged> {
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(server.url);
    return page.evaluate<Exchanged>(callOf(kinds));
  }

  async function inFirefox(kinds: Kinds): Promise<Exchanged> {
    const browser = await launchFirefox();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    await page.goto(server.url);
    return (await page.evaluate(callOf(kinds))) as Exchanged;
  }

  const BROWSERS = [
    ['Chromium', inChromium, true],
    ['Firefox', inFirefox, firefoxBin() !== null],
  ] as const;

  describe.each(BROWSERS)('in %s', (_name, exchange, isThere) => {
    it.skipIf(!isThere)('shows a frame at every repaint', async () => {
      const { blanks, states } = await exchange(['audio', 'video']);
      expect(blanks).toEqual([]);
      expect(states).toEqual(['audio live', 'video live']);
    });

    it.skipIf(!isThere)('continues without audio', async () => {
      const { states } = await exchange(['video']);
      expect(states).toEqual(['video live']);
    });
  });
});

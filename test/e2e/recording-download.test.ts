import { readFileSync } from 'node:fs';
import type { Browser as Chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordingView } from '../../src/protocol/recording.js';
import { launchChromium } from '../support/browser.js';
import { firefoxBin, launchFirefox } from '../support/firefox.js';
import { RecordedFilm } from '../support/recorded-film.js';
import { ServerProcess } from '../support/server-process.js';

const LENGTH_MS = 12_000;
const SCRIPT = readFileSync(new URL('../support/pages/play-file.js', import.meta.url), 'utf8');

type Seen = { duration: number; width: number; height: number; reached: number[] };
/** All of it, and the places that were sought. */
const PLAYED = {
  width: 640,
  height: 360,
  tooLongMs: expect.closeTo(0, -2),
  reached: [expect.closeTo(0.7, 1), expect.closeTo(0.2, 1)],
};

let server: ServerProcess;
let recording: RecordingView;
beforeAll(async () => {
  server = await ServerProcess.start();
  const film = await RecordedFilm.of(server.url, 'films');
  const id = await film.send();
  await film.recorded(id, LENGTH_MS);
  await film.end();
  recording = await film.finished(id);
}, 120_000);
afterAll(() => server?.close());

/** What a page shows of it; `run` runs a script there. */
async function playedBy(run: (script: string) => Promise<unknown>) {
  const call = `playFile(${JSON.stringify(recording.downloadPath)})`;
  const seen = (await run(`(async () => { ${SCRIPT}; return ${call}; })()`)) as Seen;
  return { ...seen, tooLongMs: seen.duration * 1_000 - recording.durationMs };
}

describe('the download of a recording', () => {
  it('is played by Chromium, from wherever one seeks', async () => {
    const chromium: Chromium = await launchChromium();
    try {
      const page = await chromium.newPage();
      await page.goto(server.url);
      expect(await playedBy((script) => page.evaluate(script))).toMatchObject(PLAYED);
    } finally {
      await chromium.close();
    }
  });

  // FIREFOX_BIN='' says that there is none, and the summary of the tests that this was left out.
  it.skipIf(firefoxBin() === null)('is played by Firefox, from wherever one seeks', async () => {
    const firefox = await launchFirefox();
    try {
      const page = await firefox.newPage();
      await page.goto(server.url);
      expect(await playedBy((script) => page.evaluate(script))).toMatchObject(PLAYED);
    } finally {
      await firefox.close();
    }
  });
});

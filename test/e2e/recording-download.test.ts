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
/** The result for a file that plays completely, including from each position sought. */
const PLAYED = {
  width: 640,
  height: 360,
  tooLongMs: expect.closeTo(0, -2),
  reached: [expect.closeTo(0.7, 1), expect.closeTo(0.2, 1)],
};

let server: ServerProcess;
let chromium: Chromium;
let plain: RecordingView;
let twoCodings: RecordingView;

/** Records a video, followed by a second one with another profile. */
async function recordedOf(channel: string, profiles: readonly ('baseline' | 'high')[]) {
  const film = await RecordedFilm.of(server.url, channel);
  let id = '';
  for (const [index, profile] of profiles.entries()) {
    if (index > 0) await film.lose();
    id = await film.send({ video: 'h264', audio: true, profile });
    await film.recorded(id, ((index + 1) * LENGTH_MS) / profiles.length);
  }
  await film.end();
  return film.finished(id);
}

beforeAll(async () => {
  [server, chromium] = await Promise.all([ServerProcess.start(), launchChromium()]);
  [plain, twoCodings] = await Promise.all([
    recordedOf('films', ['baseline']),
    recordedOf('two-codings', ['baseline', 'high']),
  ]);
});
afterAll(() => Promise.all([server?.close(), chromium?.close()]));

/** Returns what a page played; `run` runs a script in the page. */
async function playedBy(
  { downloadPath, durationMs }: RecordingView,
  run: (script: string) => Promise<unknown>,
) {
  const call = `playFile(${JSON.stringify(downloadPath)})`;
  const seen = (await run(`(async () => { ${SCRIPT}; return ${call}; })()`)) as Seen;
  return { ...seen, tooLongMs: seen.duration * 1_000 - durationMs };
}

describe('the download of a recording', () => {
  it('is played by Chromium, from every position', async () => {
    const page = await chromium.newPage();
    await page.goto(server.url);
    expect(await playedBy(plain, (script) => page.evaluate(script))).toMatchObject(PLAYED);
  });

  it('is played by Chromium even if the publisher returned with another profile', async () => {
    const page = await chromium.newPage();
    await page.goto(server.url);
    expect(twoCodings.spans).toHaveLength(2);
    expect(await playedBy(twoCodings, (script) => page.evaluate(script))).toMatchObject(PLAYED);
  });

  // An empty FIREFOX_BIN means that Firefox is missing; the test summary says so.
  it.skipIf(firefoxBin() === null)('is played by Firefox, from every position', async () => {
    const firefox = await launchFirefox();
    try {
      const page = await firefox.newPage();
      await page.goto(server.url);
      for (const recording of [plain, twoCodings])
        expect(await playedBy(recording, (script) => page.evaluate(script))).toMatchObject(PLAYED);
    } finally {
      await firefox.close();
    }
  });
});

import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { type BarePlayer, serveBarePage } from '../../support/bare-page.js';
import { launchChromium } from '../../support/browser.js';
import { playIn } from '../../support/hls-js-page.js';
import type { Lab } from '../lab.js';
import { PLAYED_S, type Played, type Player, urlOf, type Scenario } from './player.js';

const require = createRequire(import.meta.url);
const FIGURES = `(() => {
  const video = document.querySelector('video');
  if (!video) return { frames: 0, dropped: 0, time: 0, size: 'none' };
  const { totalVideoFrames: frames, droppedVideoFrames: dropped } = video.getVideoPlaybackQuality();
  return { frames, dropped, time: video.currentTime, size: video.videoWidth + 'x' + video.videoHeight };
})()`;
type Figures = { frames: number; dropped: number; time: number; size: string };
const POLL_MS = 250;
/** The duration of a size-change test: long enough for the player to show both sizes. */
const SIZE_CHANGE_S = 32;
const START_S = 10;

/** Watches the page's video for some seconds; returns what it showed. */
async function watched(page: Page, scenario: Scenario): Promise<string> {
  const samples: Figures[] = [];
  const seconds = START_S + (scenario.endsWith('size change') ? SIZE_CHANGE_S : PLAYED_S);
  for (const endMs = performance.now() + seconds * 1_000; performance.now() < endMs;) {
    samples.push(await page.evaluate<Figures>(FIGURES));
    await pause(POLL_MS);
  }
  const last = samples.at(-1);
  if (!last || last.frames === 0) return 'no picture';
  const first = samples.findIndex(({ time, frames }) => time > 0 && frames > 0);
  const start = samples[first];
  const sizes = [...new Set(samples.map(({ size }) => size))].filter((size) => size !== '0x0');
  const playedS = last.time - (start?.time ?? 0);
  const ofS = ((samples.length - first) * POLL_MS) / 1_000;
  return `${playedS.toFixed(1)} s of ${ofS.toFixed(1)} s played, ${last.frames} frames, ${last.dropped} dropped, ${sizes.join(' then ')}`;
}

async function inChromium<T>(work: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launchChromium();
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

const versionOfChromium = () => inChromium(async (browser) => browser.version());

function webPlayer(
  player: BarePlayer,
  packageName: string,
  { whatToSet = '', ...more }: Partial<Pick<Player, 'whatToSet' | 'remarks'>> = {},
): Player {
  return {
    name: packageName,
    client: `${player} in Chromium`,
    tools: [],
    scenarios: ['live', 'recording', 'size change', 'live size change'],
    whatToSet,
    ...more,
    version: async () => (require(`${packageName}/package.json`) as { version: string }).version,
    play: (lab, scenario, programme) =>
      inChromium(async (browser) => {
        const site = await serveBarePage(player);
        try {
          const page = await browser.newPage();
          await page.goto(site.url);
          // Rejects if the player fails at once.
          await playIn(page, urlOf(lab, scenario, programme)).catch(() => undefined);
          const seen = await watched(page, scenario);
          const errors = (await page.evaluate('barePlayer.errors')) as unknown[];
          const said =
            errors.length === 0
              ? 'no error'
              : `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}: ${JSON.stringify(errors[0]).slice(0, 160)}`;
          return `${seen}, ${said}`;
        } finally {
          await site.close();
        }
      }),
  };
}

/** Onair's own watch page. */
const chromium: Player = {
  name: 'chromium',
  client: 'Chromium, Onair’s page',
  tools: [],
  scenarios: ['webrtc', 'live'],
  whatToSet: '',
  version: versionOfChromium,
  play: (lab, scenario, programme) =>
    inChromium(async (browser) => {
      const page = await browser.newPage();
      await page.goto(pageOf(lab, scenario, programme));
      return watched(page, scenario);
    }),
};

const pageOf = (lab: Lab, scenario: Scenario, { channel }: Played): string =>
  `${lab.onair.url}/embed/${channel.name}?muted&autoplay&mode=${scenario === 'webrtc' ? 'webrtc' : 'hls'}`;

const SHAKA = `Seen with 5.2.12, whose low-latency mode is on by default:

- While a live playlist has fewer than three segments, \`load\` fails with a TypeError and nothing plays. Shaka samples for captions in other segments, one of which is still being written and has parts, but no address yet. \`manifest.hls.disableClosedCaptionsDetection: true\` or \`streaming.lowLatencyMode: false\` avoids this.
- If the broadcaster is disconnected for about 15 s near the start of a broadcast, the picture doesn't return until about 20 s after the broadcaster does, with or without low-latency mode (4 of 4 runs). Shaka places the new segments right after the old ones, although their EXT-X-PROGRAM-DATE-TIME is later, whereas its live window follows the clock. It removes all segments as too old, and reports TypeErrors while it has none.
- After that, in two of three runs in low-latency mode, the buffer lacked parts that Shaka had fetched, which left gaps of 0.7 s; in one run, every 2 s segment had one. The third run, with the same video, had none.
- In one of eight runs that began with the first segment, Shaka switched from Opus to AAC and then requested no more video.
- In its low-latency mode, Shaka requested no more media at the end of a broadcast in about one of five runs, although it had read EXT-X-ENDLIST, so \`ended\` was never reported. Without it, all ten runs ended.
`.trim();

export const webPlayers: readonly Player[] = [
  chromium,
  webPlayer('hls.js', 'hls.js'),
  webPlayer('video.js', 'video.js'),
  webPlayer('shaka', 'shaka-player', {
    whatToSet: '`streaming.lowLatencyMode: false`, see below',
    remarks: SHAKA,
  }),
];

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { launchChromium } from '../test/support/browser.js';
import { registerWithChannel } from '../test/support/people.js';
import { ServerProcess } from '../test/support/server-process.js';
import { becomesTrue } from './page-condition.js';
import { CannotRun, comparison, type Round, type Row } from './row.js';

const CHANNEL = 'bench-stage-sound';
const ROUNDS = 5;
const WORDS = 8;
const PATIENCE_MS = 30_000;
/** The time until jitter buffers have reached their usual length. */
const SETTLING_MS = 10_000;
/** The silence between two words. It varies, so that words aren't aligned with audio frames. */
const SILENCE_MS = [400, 447, 513, 431] as const;

/**
 * Measures the time from speaking a word until a viewer hears it, for a guest on the stage against
 * the host. The host's browser mixes both, and the viewer watches over WebRTC.
 */
export async function benchStageSound(): Promise<Row[]> {
  const browser = await launchChromium().catch((cause: unknown) => {
    throw new CannotRun('Chromium is not installed or does not start.', { cause });
  });
  const server = await ServerProcess.start();
  try {
    const { host, invitation } = await openStage(browser, server.url);
    const guest = await enterStage(browser, { host, invitation });
    await host.getByRole('tab', { name: 'Get ready' }).click();
    await host.getByRole('button', { name: 'Go live', exact: true }).click();
    await guest.getByText('You are live.').first().waitFor();
    const viewer = await open(browser, `${server.url}/${CHANNEL}?mode=webrtc`);
    await becomesTrue(viewer, SOUND_ARRIVES, PATIENCE_MS);
    await viewer.evaluate('listen()');
    await pause(SETTLING_MS);
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push({
        measured: await wordToEarMs(guest, viewer),
        baseline: await wordToEarMs(host, viewer),
      });
    return [
      comparison('a guest’s word to the viewer’s ear, against the host’s', {
        unit: 'ms',
        rounds,
        ratioAtMost: 1.5,
      }),
    ];
  } finally {
    await browser.close();
    await server.close();
  }
}

const SOUND_ARRIVES = `document.querySelector('video')?.srcObject?.getAudioTracks().length > 0`;

async function open(browser: Browser, url: string, cookie = ''): Promise<Page> {
  const context = await browser.newContext();
  await context.addInitScript({ path: join(import.meta.dirname, 'pages/spoken-word.js') });
  await context.addCookies(
    cookie
      .split('; ')
      .filter(Boolean)
      .map((pair) => {
        const [name = '', value = ''] = pair.split('=');
        return { name, value, url };
      }),
  );
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Opens a studio with the stage, and creates an invitation. */
async function openStage(
  browser: Browser,
  url: string,
): Promise<{ host: Page; invitation: string }> {
  const { cookie } = await registerWithChannel(url, CHANNEL, 'Benchmark');
  const host = await open(browser, `${url}/studio`, cookie);
  await host.getByRole('button', { name: 'Invite guests' }).click();
  const dialog = host.getByRole('dialog', { name: 'Invite guests' });
  await dialog.getByRole('button', { name: 'Open the stage' }).click();
  await host.getByRole('group', { name: 'Scenes' }).waitFor();
  const response = await host.request.post(`${url}/api/channels/${CHANNEL}/stage/invitations`, {
    data: {},
  });
  const created = z.object({ url: z.string() }).parse(await response.json());
  const { pathname, hash } = new URL(created.url);
  return { host, invitation: url + pathname + hash };
}

async function enterStage(
  browser: Browser,
  { host, invitation }: { host: Page; invitation: string },
): Promise<Page> {
  const guest = await open(browser, invitation);
  await guest.getByRole('textbox', { name: 'Your name' }).fill('Guest');
  await guest.getByRole('button', { name: 'Enter', exact: true }).click();
  await guest.getByText('The host can see you.').first().waitFor();
  await host.getByRole('button', { name: 'Bring on stage', exact: true }).click();
  await guest.getByText('You are on stage.').first().waitFor();
  return guest;
}

/** Returns the mean time until several words were heard, in milliseconds. */
async function wordToEarMs(speaker: Page, listener: Page): Promise<number> {
  let totalMs = 0;
  for (let word = 0; word < WORDS; word += 1) {
    await pause(SILENCE_MS[word % SILENCE_MS.length]);
    await listener.evaluate('void (globalThis.heardMs = null)');
    const saidMs = z.number().parse(await speaker.evaluate('say()'));
    await becomesTrue(listener, 'heardMs', PATIENCE_MS);
    totalMs += z.number().parse(await listener.evaluate('heardMs')) - saidMs;
  }
  return totalMs / WORDS;
}

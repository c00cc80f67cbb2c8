import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { stageTest as it } from '../support/fixtures/stage.js';
import { type Stage, WAIT } from '../support/stage.js';
import {
  callApi,
  CLINGS,
  COUNTS_TRACKERS,
  clingingOf,
  decodedBy,
  figureOf,
  HAS_DECLINED,
  letViewersShare,
  RECORDS_MEDIA,
  segmentsAt,
  SENDS_GARBAGE,
  trackersOf,
} from '../support/sharing-viewers.js';
import { framesAdvance } from '../support/video.js';

/** Waits until a viewer plays in the given way. */
async function plays(page: Page, way: 'Shared' | 'WebRTC'): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^${way}`) }).waitFor();
  await framesAdvance(page);
}

/** Opens pages of viewers who share. */
async function audienceOf(
  stage: Stage,
  channel: string,
  initScripts: readonly (readonly string[])[],
): Promise<Page[]> {
  const viewers: Page[] = [];
  for (const scripts of initScripts)
    viewers.push(await stage.visit(`/${channel}?muted`, { initScripts: scripts }));
  for (const viewer of viewers) await plays(viewer, 'Shared');
  return viewers;
}

/** Returns the sum of a figure over several viewers. */
async function total(viewers: readonly Page[], term: Parameters<typeof figureOf>[1]) {
  const figures = await Promise.all(viewers.map((one) => figureOf(one, term)));
  return figures.reduce((sum, figure) => sum + figure, 0);
}

describe('viewers who share', () => {
  it('give each other the video, with ten seconds of latency', async ({ stage }) => {
    const studio = await stage.goLive('ann');
    const early = await stage.visit('/ann?muted');
    await plays(early, 'WebRTC');
    await letViewersShare(studio, 'ann');
    const viewers = await audienceOf(stage, 'ann', [[], [], []]);

    // One of them may be ahead of the others, and has nothing to get from them.
    const received = async () => {
      const bytes = await Promise.all(viewers.map((one) => figureOf(one, 'From viewers')));
      return bytes.filter((one) => one > 100_000).length;
    };
    await expect.poll(received, WAIT).toBeGreaterThanOrEqual(2);
    for (const viewer of viewers) {
      await framesAdvance(viewer);
      // A connection that is being replaced briefly counts twice.
      await expect.poll(() => figureOf(viewer, 'Connected viewers'), WAIT).toBe(2);
      expect(await figureOf(viewer, 'Rejected segments')).toBe(0);
    }
    const chip = viewers[0]!.getByRole('button', { name: /^Shared/ });
    expect(await chip.textContent()).toMatch(/^Shared (8|9|1\d)\.\d s$/);
    // Viewers who were already watching aren't moved.
    await plays(early, 'WebRTC');

    await letViewersShare(studio, 'ann', { enabled: false });
    for (const viewer of viewers) await plays(viewer, 'WebRTC');
  });

  it('decode nothing that the server didn’t send, no matter what others send', async ({
    stage,
  }) => {
    const studio = await stage.goLive('gus');
    await letViewersShare(studio, 'gus');
    const [liar] = await audienceOf(stage, 'gus', [[SENDS_GARBAGE]]);
    const honest = await audienceOf(stage, 'gus', [[RECORDS_MEDIA], [RECORDS_MEDIA]]);

    // Garbage arrives and is rejected, but the others still get the video from each other.
    await expect.poll(() => figureOf(liar!, 'To viewers'), WAIT).toBeGreaterThan(0);
    await expect.poll(() => total(honest, 'Rejected segments'), WAIT).toBeGreaterThan(0);
    await expect.poll(() => figureOf(liar!, 'Connected viewers'), WAIT).toBeLessThan(2);
    await expect.poll(() => total(honest, 'From viewers'), WAIT).toBeGreaterThan(0);
    for (const viewer of honest) {
      await framesAdvance(viewer, 30);
      expect(await viewer.evaluate(`document.querySelector('video').error`)).toBeNull();
      const decoded = await decodedBy(viewer);
      expect(decoded.length).toBeGreaterThan(5);
      // A viewer whom others couldn't serve in time may have played parts of segments for a while.
      const foreign = async () => {
        const segments = await segmentsAt(stage.server.url, 'gus');
        return decoded.filter((media) => !segments.some((segment) => segment.includes(media)));
      };
      await expect.poll(async () => (await foreign()).length, WAIT).toBe(0);
    }
  });

  it('can decline, before and while they share', async ({ stage }) => {
    const studio = await stage.goLive('dan');
    await letViewersShare(studio, 'dan');
    const decliner = await stage.visit('/dan?muted', {
      initScripts: [HAS_DECLINED, COUNTS_TRACKERS],
    });
    await plays(decliner, 'WebRTC');

    const viewer = await stage.visit('/dan?muted', { initScripts: [COUNTS_TRACKERS] });
    const [other] = await audienceOf(stage, 'dan', [[]]);
    await plays(viewer, 'Shared');
    await expect.poll(() => figureOf(other!, 'Connected viewers'), WAIT).toBe(1);
    const notice = viewer.getByRole('group', { name: 'Sharing' });
    await notice.getByText('other viewers, who can see your IP address').waitFor();
    await notice.getByRole('button', { name: 'Don’t share' }).click();
    await plays(viewer, 'WebRTC');
    await expect.poll(() => trackersOf(viewer), WAIT).toEqual({ opened: 1, open: 0 });
    await expect.poll(() => figureOf(other!, 'Connected viewers'), WAIT).toBe(0);

    // The choice is remembered, and can be changed in the menu.
    await viewer.reload();
    await plays(viewer, 'WebRTC');
    await viewer.getByRole('button', { name: 'Quality' }).click();
    const toggle = viewer.getByRole('menuitemcheckbox', { name: /Share with other viewers/ });
    expect(await toggle.getAttribute('aria-checked')).toBe('false');
    await viewer.setViewportSize({ width: 390, height: 844 });
    const menu = await viewer.getByRole('menu', { name: 'Quality' }).boundingBox();
    const player = await viewer.locator('.player').boundingBox();
    expect(menu!.y, 'the menu’s top').toBeGreaterThanOrEqual(player!.y);
    await toggle.click();
    await plays(viewer, 'Shared');
    await plays(decliner, 'WebRTC');
    expect(await trackersOf(decliner)).toEqual({ opened: 0, open: 0 });
  });

  it('send nothing more to a viewer who has lost access', async ({ stage }) => {
    const studio = await stage.goLive('pia');
    const members = ['eve', 'bob', 'cid'];
    const pages = [];
    for (const name of members)
      pages.push(await stage.member(name, '/', { initScripts: name === 'eve' ? [CLINGS] : [] }));
    await callApi(studio, 'PATCH', 'channels/pia/access', { visibility: 'private' });
    for (const name of members) await callApi(studio, 'PUT', `channels/pia/members/${name}`);
    await letViewersShare(studio, 'pia');
    for (const page of pages) await page.goto(`${stage.server.url}/pia?muted`);
    for (const page of pages) await plays(page, 'Shared');
    const [eve, ...others] = pages;
    await expect.poll(async () => (await clingingOf(eve!)).bytes, WAIT).toBeGreaterThan(50_000);

    await callApi(studio, 'DELETE', 'channels/pia/members/eve');
    await expect.poll(async () => (await clingingOf(eve!)).open, WAIT).toBe(0);
    const { bytes } = await clingingOf(eve!);
    // The others share in a new swarm.
    await expect.poll(() => figureOf(others[0]!, 'Connected viewers'), WAIT).toBe(1);
    const before = await total(others, 'From viewers');
    await expect.poll(() => total(others, 'From viewers'), WAIT).toBeGreaterThan(before);
    for (const viewer of others) await framesAdvance(viewer, 30);
    expect(await clingingOf(eve!)).toEqual({ open: 0, bytes });
  });
});

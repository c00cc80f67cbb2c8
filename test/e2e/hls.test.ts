import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clockPublisherScript, clockViewerScript } from '../support/clock-picture.js';
import { delayPairs, medianError, shownDelayMs } from '../support/shown-delay.js';
import { Stage, WAIT } from '../support/stage.js';
import { framesAdvance, videoOf } from '../support/video.js';

/** Nothing answers where the server says that its media is: a network that lets no WebRTC through. */
const RTC_BLOCKED = `{
  const original = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    const sdp = description.sdp.replace(/^(a=candidate:\\S+ \\d+ \\S+ \\d+ \\S+) \\d+/gm, '$1 9');
    return original.call(this, { type: description.type, sdp });
  };
}`;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(() => stage?.close());

/** The way that the page says it watches. */
const chip = (page: Page) => page.locator('.delay-chip-button');

async function hlsIsReady(name: string): Promise<void> {
  await expect
    .poll(async () => (await stage.channel(name)).broadcast?.hls ?? null, WAIT)
    .toBe('ready');
}

describe('a viewer whose network lets no WebRTC through', () => {
  it('watches over HLS by itself', async () => {
    await stage.goLive('walled');
    await hlsIsReady('walled');
    const viewer = await stage.visit('/walled', { initScripts: [RTC_BLOCKED] });
    await expect.poll(() => chip(viewer).textContent(), WAIT).toMatch(/^HLS \d\.\d s$/);
    await framesAdvance(viewer);
  });
});

describe('a viewer who asks for HLS', () => {
  it('sees what happens now, less than 3 s late, and the delay that the page says', async () => {
    await stage.goLive('clock', { initScripts: [clockPublisherScript()] });
    await hlsIsReady('clock');
    const viewer = await stage.visit('/clock?mode=hls', { initScripts: [clockViewerScript] });
    await framesAdvance(viewer);
    const pairs = await delayPairs(viewer, 8);
    console.log(pairs);
    expect(Math.abs(medianError(pairs))).toBeLessThan(100);
    expect(Math.max(...pairs.slice(2).map(({ trueMs }) => trueMs))).toBeLessThan(3_000);
    console.log(await shownDelayMs(viewer), await videoOf(viewer));
  });
});

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { serveBarePage } from '../support/bare-page.js';
import { FfmpegRtmp } from '../support/ffmpeg-rtmp.js';
import { freePort } from '../support/free-port.js';
import { complaintsOf, playIn } from '../support/hls-js-page.js';
import type { LocalServer } from '../support/local-server.js';
import { createStreamKey, registerWithChannel } from '../support/people.js';
import { Stage, WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';

const CHANNEL = 'aac';

let stage: Stage;
let site: LocalServer;
let program: FfmpegRtmp;
beforeAll(async () => {
  const port = await freePort();
  stage = await Stage.open({ RTC_WORKERS: '1', RTMP_PORT: String(port) });
  site = await serveBarePage('hls.js');
  const { url } = stage.server;
  const key = await createStreamKey(url, await registerWithChannel(url, CHANNEL));
  program = new FfmpegRtmp(`rtmp://127.0.0.1:${port}/live/${key}`, {
    // Browsers can show B-frames only over HLS.
    video: { bFrames: 2 },
    audio: { sampleRate: 44_100, channels: 1 },
  });
  await vi.waitUntil(async () => (await stage.channel(CHANNEL)).broadcast?.hls === 'ready', WAIT);
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(async () => {
  await program?.stop();
  await stage?.close();
  await site?.close();
});

/** Returns how many bytes of sound Chromium has decoded. */
const heardBytes = (page: Page): Promise<number> =>
  page
    .locator('video')
    .evaluate((video) => Number(Reflect.get(video, 'webkitAudioDecodedByteCount')));

describe('a broadcast over RTMP, with 44.1 kHz AAC', () => {
  it('is heard in hls.js, without gaps', async () => {
    const viewer = await stage.visit('/', { url: site.url });
    await playIn(viewer, `${stage.server.url}/hls/${CHANNEL}/index.m3u8`);
    await framesAdvance(viewer);
    const before = await heardBytes(viewer);
    await expect.poll(() => heardBytes(viewer), WAIT).toBeGreaterThan(before + 10_000);
    const ranges = viewer
      .locator('video')
      .evaluate((video) => Reflect.get(video, 'buffered').length as number);
    expect(await ranges).toBe(1);
    expect((await complaintsOf(viewer)).filter(({ fatal }) => fatal)).toEqual([]);
  });

  it('is heard on its watch page', async () => {
    const viewer = await stage.visit(`/${CHANNEL}`);
    await framesAdvance(viewer);
    const before = await heardBytes(viewer);
    await expect.poll(() => heardBytes(viewer), WAIT).toBeGreaterThan(before + 10_000);
  });
});

import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** How the page's one video does. */
export type VideoFigures = { frames: number; time: number; width: number; height: number };

/** The part of HTMLVideoElement that is read here; the tests are compiled without the DOM's types. */
type PlayedVideo = {
  getVideoPlaybackQuality(): { totalVideoFrames: number };
  currentTime: number;
  videoWidth: number;
  videoHeight: number;
};

/** Reads the figures of the page's video. */
export function videoOf(page: Page): Promise<VideoFigures> {
  return page.locator('video').evaluate((element) => {
    const video = element as unknown as PlayedVideo;
    return {
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      time: video.currentTime,
      width: video.videoWidth,
      height: video.videoHeight,
    };
  });
}

/** Waits until pictures come: both the decoded frames and the time go on by some. */
export async function framesAdvance(page: Page, frames = 10, timeout = 60_000): Promise<void> {
  let before = await videoOf(page);
  await expect
    .poll(
      async () => {
        const now = await videoOf(page);
        // Another stream in the same element starts to count anew.
        if (now.frames < before.frames || now.time < before.time) before = now;
        return now.frames - before.frames >= frames && now.time - before.time > 0.3;
      },
      { timeout, interval: 200, message: 'the video should advance' },
    )
    .toBe(true);
}

import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** The state of the page's only video. */
export type VideoFigures = { frames: number; time: number; width: number; height: number };

/** The parts of HTMLVideoElement that tests read; they are compiled without the DOM's types. */
type PlayedVideo = {
  getVideoPlaybackQuality(): { totalVideoFrames: number };
  currentTime: number;
  videoWidth: number;
  videoHeight: number;
};

/** Reads the state of the page's video. */
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

/** Waits until the video plays: both the number of decoded frames and the time increase. */
export async function framesAdvance(page: Page, frames = 10, timeout = 60_000): Promise<void> {
  let before = await videoOf(page);
  await expect
    .poll(
      async () => {
        const now = await videoOf(page);
        // Another stream in the same element restarts the counters.
        if (now.frames < before.frames || now.time < before.time) before = now;
        return now.frames - before.frames >= frames && now.time - before.time > 0.3;
      },
      { timeout, interval: 200, message: 'the video should advance' },
    )
    .toBe(true);
}

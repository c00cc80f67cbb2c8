import type { Page } from 'playwright-core';

/**
 * Runs in a page: records the longest time between two displayed frames, in milliseconds, and how
 * often the video got a new source although its track was still playing, which turns the video
 * blank.
 */
export const WATCH_FRAMES = `
  window.longestFreezeMs = 0;
  window.blanks = 0;
  let shownMs = 0;
  const follow = (video) => {
    let isPlaying = false;
    const check = () => {
      const tracks = video.srcObject?.getVideoTracks() ?? [];
      isPlaying = tracks.some(({ readyState }) => readyState === 'live');
      requestAnimationFrame(check);
    };
    check();
    video.addEventListener('emptied', () => {
      if (isPlaying) window.blanks += 1;
    });
    const next = (nowMs) => {
      if (shownMs > 0) window.longestFreezeMs = Math.max(window.longestFreezeMs, nowMs - shownMs);
      shownMs = nowMs;
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  };
  const timer = setInterval(() => {
    const video = document.querySelector('video');
    if (!video) return;
    clearInterval(timer);
    follow(video);
  }, 20);
`;

export type FrameGaps = Readonly<{
  /** The longest time between two displayed frames, in milliseconds. */
  freezeMs: number;
  blanks: number;
}>;

/** Returns the gaps since the last call; the page must run {@link WATCH_FRAMES}. */
export function gapsOf(page: Page): Promise<FrameGaps> {
  return page.evaluate(() => {
    const { longestFreezeMs, blanks } = globalThis as unknown as {
      longestFreezeMs: number;
      blanks: number;
    };
    Object.assign(globalThis, { longestFreezeMs: 0, blanks: 0 });
    return { freezeMs: longestFreezeMs, blanks };
  });
}

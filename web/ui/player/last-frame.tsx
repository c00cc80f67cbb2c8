import { useEffect, useRef } from 'preact/hooks';
import { type ReadonlySignal, useSignalEffect } from '@preact/signals';
import type { Playback } from './playback.js';
import './last-frame.css';

/**
 * The interval in milliseconds at which frames are captured, because any of them could be the last.
 */
const KEEP_MS = 1_000;
/**
 * The maximum width of a captured frame in pixels. The frame is dimmed or shown only briefly, so it
 * needn't be sharp.
 */
const WIDTH_MAX = 960;

interface LastFrameProps {
  playback: Playback;
  shown: ReadonlySignal<boolean>;
}

/**
 * Captures the current frame, because browsers turn a video black as soon as its track ends or the
 * path changes. The captured frame lies on top of the video, and is visible only while `shown` is
 * true.
 */
export function LastFrame({ playback, shown }: LastFrameProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    function keep(): void {
      if (canvas.current && playback.moving && !shown.peek()) drawFrame(playback, canvas.current);
    }
    const timer = setInterval(keep, KEEP_MS);
    playback.frame.beforeEmpty.add(keep);
    return () => {
      clearInterval(timer);
      playback.frame.beforeEmpty.delete(keep);
    };
  }, [playback, shown]);
  // This must happen immediately, not at the next render, because the video would be black until
  // then.
  useSignalEffect(() => {
    const isShown = shown.value;
    if (canvas.current) canvas.current.hidden = !isShown;
  });
  return <canvas class="last-frame" ref={canvas} aria-hidden="true" />;
}

function drawFrame(playback: Playback, canvas: HTMLCanvasElement): void {
  const video = playback.element;
  if (!video || video.videoWidth === 0) return;
  const scale = Math.min(1, WIDTH_MAX / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
}

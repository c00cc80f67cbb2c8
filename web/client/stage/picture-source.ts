import type { Picture } from '../capture/scene-painter.js';

/** A source of pictures: a video, or a still picture. */
export interface PictureSource {
  /** Increases with each new picture. */
  readonly version: number;
  /**
   * Returns the newest picture, which is valid until the caller returns to the event loop. Null
   * before the first picture, after the last one, and while a video is frozen.
   * @param nowMs the time of `performance.now()`
   */
  picture(nowMs: number): Picture | null;
  /** Releases the picture. Idempotent. */
  close(): void;
}

/** A decoded picture. */
export class StillSource implements PictureSource {
  readonly version = 1;
  readonly #bitmap: ImageBitmap;

  constructor(bitmap: ImageBitmap) {
    this.#bitmap = bitmap;
  }

  picture(): Picture {
    const { width, height } = this.#bitmap;
    return { image: this.#bitmap, width, height };
  }

  close(): void {
    this.#bitmap.close();
  }
}

/** How a video is treated. A camera must deliver frames, but a screen can stand still for hours. */
export interface VideoOptions {
  /**
   * The time in milliseconds after which a video without a new frame counts as frozen; Infinity for
   * never.
   */
  readonly frozenAfterMs: number;
}

/**
 * The time after which a camera without a new frame counts as frozen. Some cameras send only five
 * frames per second in the dark, and a lossy network can interrupt the video for a second.
 */
export const CAMERA_FROZEN_MS = 3_000;

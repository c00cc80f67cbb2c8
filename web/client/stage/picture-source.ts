import type { Picture } from '../capture/scene-painter.js';

/** A picture that can change: a video, or a still picture. */
export interface PictureSource {
  /** Increases with each new picture. */
  readonly version: number;
  /**
   * Returns the newest picture, which is valid until the caller returns to the event loop. Null
   * before the first one, after the last one, and while a video that should move is frozen.
   * @param nowMs the time of `performance.now()`
   */
  picture(nowMs: number): Picture | null;
  /** Releases the picture. Closing again does nothing. */
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

/** What a camera is expected to do: a screen can stand still for hours. */
export interface VideoOptions {
  /** The time in milliseconds after which a video without a new frame is frozen; or Infinity. */
  readonly frozenAfterMs: number;
}

/**
 * The time after which a camera without a new frame counts as frozen. Cameras in the dark send five
 * frames per second, and a lossy network can interrupt for a second.
 */
export const CAMERA_FROZEN_MS = 3_000;

import { CanvasCompositor } from './canvas-compositor.js';
import type { Corner, FrameRate } from './capture-settings.js';
import { WorkerCompositor } from './worker-compositor.js';

/** Joins a screen and a camera into one video track. */
export interface Compositor {
  /** The composed picture; ends with {@link close}. */
  readonly track: MediaStreamTrack;
  /** Shows another camera, or none. */
  setCamera(camera: MediaStreamTrack | null): void;
  setCorner(corner: Corner): void;
  /** Ends the composed track; the tracks that went in go on. */
  close(): void;
}

/** What a compositor starts with. */
export interface CompositorInput {
  readonly screen: MediaStreamTrack;
  readonly camera: MediaStreamTrack | null;
  readonly corner: Corner;
  readonly frameRate: FrameRate;
}

/**
 * The best compositor this browser has: in a worker, where a background tab's timers are not slowed
 * down, else on a canvas of the page.
 */
export function createCompositor(input: CompositorInput): Compositor {
  return WorkerCompositor.supported ? new WorkerCompositor(input) : new CanvasCompositor(input);
}

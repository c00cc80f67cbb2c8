import type { Corner, FrameRate } from './capture-settings.js';

/** Combines a screen and a camera into one video track. */
export interface Compositor {
  /** The composed track, which ends on {@link close}. */
  readonly track: MediaStreamTrack;
  /** Replaces the camera; null removes it. */
  setCamera(camera: MediaStreamTrack | null): void;
  setCorner(corner: Corner): void;
  /** Ends the composed track; the source tracks continue. */
  close(): void;
}

/** The initial inputs of a compositor. */
export interface CompositorInput {
  readonly screen: MediaStreamTrack;
  readonly camera: MediaStreamTrack | null;
  readonly corner: Corner;
  readonly frameRate: FrameRate;
}

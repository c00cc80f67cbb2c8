import type { VideoOptions } from './picture-source.js';
import type { ProgrammeState } from '../../../src/programme/programme-state.js';

/** The frame rate of the programme, whatever the rates of its sources. */
export const PROGRAMME_FPS = 30;

/** Paints the programme's frames into one video track. */
export interface ProgrammeVideo {
  /** The programme, at {@link PROGRAMME_FPS}; it ends on {@link close}. */
  readonly track: MediaStreamTrack;
  /** Replaces a video; null removes it. The track itself continues. */
  setVideo(key: string, track: MediaStreamTrack | null, options: VideoOptions): void;
  /** Replaces a picture, and takes ownership of the bitmap; null removes the picture. */
  setStill(key: string, bitmap: ImageBitmap | null): void;
  /** @param options.serverAheadMs the server's clock minus `Date.now()` */
  setState(
    state: ProgrammeState,
    options: { readonly fade: boolean; readonly serverAheadMs: number },
  ): void;
  /** Paints a state on the preview's canvas, at a lower rate; null clears it. */
  setPreview(state: ProgrammeState | null): void;
  close(): void;
}

/** The initial inputs of a {@link ProgrammeVideo}. */
export interface ProgrammeVideoInput {
  readonly state: ProgrammeState;
  readonly preview: HTMLCanvasElement;
}

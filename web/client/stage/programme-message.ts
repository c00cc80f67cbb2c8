import type { ProgrammeState } from '../../../src/programme/programme-state.js';

/** A file of the page's font. */
export interface ProgrammeFont {
  readonly url: string;
  readonly unicodeRange: string;
}

/** Messages from the page to the programme's worker. Streams and bitmaps are transferred with them. */
export type ProgrammeMessage =
  | {
      readonly type: 'start';
      readonly output: WritableStream<VideoFrame>;
      readonly preview: OffscreenCanvas;
      readonly state: ProgrammeState;
      readonly framesPerSecond: number;
      readonly fonts: readonly ProgrammeFont[];
    }
  | {
      readonly type: 'state';
      readonly state: ProgrammeState;
      readonly fade: boolean;
      /** The server's clock minus `Date.now()`. */
      readonly serverAheadMs: number;
    }
  | { readonly type: 'preview'; readonly state: ProgrammeState | null }
  | {
      readonly type: 'video';
      readonly key: string;
      readonly stream: ReadableStream<VideoFrame> | null;
      readonly frozenAfterMs: number;
    }
  | { readonly type: 'still'; readonly key: string; readonly bitmap: ImageBitmap | null }
  | { readonly type: 'close' };

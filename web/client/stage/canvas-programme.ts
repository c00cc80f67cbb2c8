import type { TickerMessage } from '../capture/ticker.worker.js';
import { selectInter } from './paint-tiles.js';
import { StillSource, type VideoOptions } from './picture-source.js';
import { Programme } from './programme.js';
import type { ProgrammeState } from '../../../src/programme/programme-state.js';
import { PROGRAMME_FPS, type ProgrammeVideo, type ProgrammeVideoInput } from './programme-video.js';
import { VideoElementSource } from './video-element-source.js';

const INTER = '16px "Inter Variable"';

/** Every third frame is also painted on the preview. */
const PREVIEW_EVERY = 3;

/**
 * Paints the programme on a canvas in the page, for browsers without access to raw frames. Such
 * browsers can freeze the videos while the tab is hidden.
 */
export class CanvasProgramme implements ProgrammeVideo {
  readonly track: MediaStreamTrack;
  readonly #programme: Programme;
  readonly #ticker: Worker;
  #serverAheadMs = 0;
  #ticks = 0;

  /** @throws Error if the browser cannot capture a 2D canvas */
  constructor({ state, preview }: ProgrammeVideoInput) {
    const context = document.createElement('canvas').getContext('2d', { alpha: false });
    const previewContext = preview.getContext('2d');
    if (context === null || previewContext === null) {
      throw new Error('this browser has no 2d canvas');
    }
    this.#programme = new Programme({ programme: context, preview: previewContext }, state);
    const [track] = context.canvas.captureStream(PROGRAMME_FPS).getVideoTracks();
    if (track === undefined) throw new Error('this browser cannot capture a canvas');
    this.track = track;
    // If the font isn't loaded yet, the page's own text loads it.
    if (document.fonts.check(INTER)) selectInter();
    document.fonts.addEventListener('loadingdone', this.#onFonts);
    this.#ticker = new Worker(new URL('../capture/ticker.worker.ts', import.meta.url), {
      type: 'module',
    });
    this.#ticker.addEventListener('message', () => this.#paint());
    const periodMs: TickerMessage = 1_000 / PROGRAMME_FPS;
    this.#ticker.postMessage(periodMs);
  }

  setVideo(key: string, track: MediaStreamTrack | null, _options: VideoOptions): void {
    this.#programme.setSource(key, track && new VideoElementSource(track));
  }

  setStill(key: string, bitmap: ImageBitmap | null): void {
    this.#programme.setSource(key, bitmap && new StillSource(bitmap));
  }

  setState(
    state: ProgrammeState,
    { fade, serverAheadMs }: { fade: boolean; serverAheadMs: number },
  ): void {
    this.#serverAheadMs = serverAheadMs;
    this.#programme.setState(state, { fade, nowMs: performance.now() });
  }

  setPreview(state: ProgrammeState | null): void {
    this.#programme.setPreview(state);
  }

  close(): void {
    this.#ticker.terminate();
    document.fonts.removeEventListener('loadingdone', this.#onFonts);
    this.track.stop();
    this.#programme.close();
  }

  readonly #onFonts = (): void => {
    if (document.fonts.check(INTER)) selectInter();
    this.#programme.renewTexts();
  };

  #paint(): void {
    const clock = { nowMs: performance.now(), serverMs: Date.now() + this.#serverAheadMs };
    this.#programme.paint(clock);
    this.#ticks += 1;
    if (this.#ticks % PREVIEW_EVERY === 0) this.#programme.paintPreview(clock);
  }
}

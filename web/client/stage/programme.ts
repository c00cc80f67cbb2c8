import type { Context } from './paint-tiles.js';
import type { PictureSource } from './picture-source.js';
import type { ProgrammeState } from '../../../src/programme/programme-state.js';
import { type PaintClock, SceneCanvas } from './scene-canvas.js';
import { programmeSize } from '../../../src/programme/scene-layout.js';

/** The length of a cross-fade in milliseconds. */
export const FADE_MS = 300;

/** A running cross-fade: what was shown before, and the time at which the fade began. */
interface Fade {
  readonly from: OffscreenCanvas;
  readonly startedMs: number;
}

/**
 * Paints the programme's state on a canvas of fixed size, with cross-fades, and previews another
 * scene with the same sources.
 */
export class Programme {
  readonly #context: Context;
  readonly #canvas: SceneCanvas;
  readonly #sources = new Map<string, PictureSource>();
  readonly #preview: { readonly context: Context; readonly canvas: SceneCanvas };
  #state: ProgrammeState;
  #previewed: ProgrammeState | null = null;
  #fade: Fade | null = null;
  #painted: string | null = null;
  #isPreviewCleared = true;

  /**
   * @param contexts the contexts of the programme's canvas, which is resized, and of the preview's
   */
  constructor(contexts: { programme: Context; preview: Context }, state: ProgrammeState) {
    const { width, height } = programmeSize(state.format);
    contexts.programme.canvas.width = width;
    contexts.programme.canvas.height = height;
    contexts.preview.canvas.width = width / 2;
    contexts.preview.canvas.height = height / 2;
    this.#context = contexts.programme;
    this.#canvas = new SceneCanvas(contexts.programme, this.#sources);
    this.#preview = {
      context: contexts.preview,
      canvas: new SceneCanvas(contexts.preview, this.#sources),
    };
    this.#state = state;
  }

  /** Replaces a video or picture; null removes it. The previous one is closed. */
  setSource(key: string, source: PictureSource | null): void {
    this.#sources.get(key)?.close();
    if (source === null) this.#sources.delete(key);
    else this.#sources.set(key, source);
    this.#painted = null;
  }

  /** Shows another state, with a cross-fade from the current picture if `fade` is true. */
  setState(state: ProgrammeState, { fade, nowMs }: { fade: boolean; nowMs: number }): void {
    if (fade) this.#startFade(nowMs);
    this.#state = state;
    this.#painted = null;
  }

  setPreview(state: ProgrammeState | null): void {
    this.#previewed = state;
  }

  /** Repaints texts after a font has been loaded. */
  renewTexts(): void {
    this.#canvas.forgetSizes();
    this.#preview.canvas.forgetSizes();
    this.#painted = null;
  }

  /** Paints the programme, and returns whether its picture may have changed. */
  paint(clock: PaintClock): boolean {
    const signature = this.#canvas.signature(this.#state, clock);
    if (this.#fade === null && signature === this.#painted) return false;
    this.#painted = signature;
    this.#canvas.paint(this.#state, clock);
    this.#paintFade(clock.nowMs);
    return true;
  }

  /** Paints the preview, or clears it if there is none. */
  paintPreview(clock: PaintClock): void {
    const { context, canvas } = this.#preview;
    if (this.#previewed !== null) canvas.paint(this.#previewed, clock);
    else if (!this.#isPreviewCleared) {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    }
    this.#isPreviewCleared = this.#previewed === null;
  }

  /** Closes all sources. */
  close(): void {
    for (const source of this.#sources.values()) source.close();
    this.#sources.clear();
  }

  #startFade(nowMs: number): void {
    const { canvas } = this.#context;
    const from = new OffscreenCanvas(canvas.width, canvas.height);
    from.getContext('2d', { alpha: false })?.drawImage(canvas, 0, 0);
    this.#fade = { from, startedMs: nowMs };
  }

  #paintFade(nowMs: number): void {
    if (this.#fade === null) return;
    const left = 1 - (nowMs - this.#fade.startedMs) / FADE_MS;
    if (left <= 0) {
      this.#fade = null;
      return;
    }
    this.#context.save();
    this.#context.globalAlpha = Math.min(1, left);
    this.#context.drawImage(this.#fade.from, 0, 0);
    this.#context.restore();
  }
}

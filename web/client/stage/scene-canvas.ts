import type { Picture } from '../capture/scene-painter.js';
import { countdownText } from '../../../src/programme/countdown.js';
import { paintOverlays } from './paint-overlays.js';
import { type Context, paintCovering, paintTile, setFont } from './paint-tiles.js';
import type { PictureSource } from './picture-source.js';
import { assetKey, type ProgrammeState } from '../../../src/programme/programme-state.js';
import { programmeSize } from '../../../src/programme/scene-layout.js';
import { type SceneView, viewScene } from '../../../src/programme/scene-view.js';

/** The current time, for anything that moves by itself. */
export interface PaintClock {
  /** The time of `performance.now()`. */
  readonly nowMs: number;
  /** The server's time, in milliseconds since 1970. */
  readonly serverMs: number;
}

/** The colors before the first scene. */
const NO_SCENE = { background: '#111318', accent: '#4f46e5' };

/** Paints scenes on a canvas, which has the programme's size or is a smaller copy. */
export class SceneCanvas {
  readonly #context: Context;
  readonly #sources: ReadonlyMap<string, PictureSource>;
  #view: {
    readonly state: ProgrammeState;
    readonly sizes: string;
    readonly view: SceneView;
  } | null = null;

  constructor(context: Context, sources: ReadonlyMap<string, PictureSource>) {
    this.#context = context;
    this.#sources = sources;
  }

  /** Measures texts again after a font has been loaded. */
  forgetSizes(): void {
    this.#view = null;
  }

  /**
   * Returns a text that changes whenever the picture does, except for the contents of the sources.
   */
  signature(state: ProgrammeState, clock: PaintClock): string {
    const { scene, overlays } = state;
    const shown = [...this.#sources].map(
      ([key, source]) => `${key} ${source.version} ${source.picture(clock.nowMs) !== null}`,
    );
    if (overlays.countdownToMs !== null) shown.push(countdown(state, clock));
    if (scene !== null && scene.ticker.trim() !== '') shown.push(`${clock.nowMs}`);
    return shown.join('\n');
  }

  paint(state: ProgrammeState, clock: PaintClock): void {
    const context = this.#context;
    const { scene, format } = state;
    const { width, height } = programmeSize(format);
    const accent = scene?.accent ?? NO_SCENE.accent;
    const picture = (key: string) => this.#sources.get(key)?.picture(clock.nowMs) ?? null;
    const asset = (id: string | null | undefined) => (id ? picture(assetKey(id)) : null);
    context.save();
    context.scale(context.canvas.width / width, context.canvas.height / height);
    const { tiles, overlays } = this.#viewOf(state, { picture, logo: asset(scene?.logo?.asset) });
    context.fillStyle = scene?.background.color ?? NO_SCENE.background;
    context.fillRect(0, 0, width, height);
    const behind = asset(scene?.fullscreen) ?? asset(scene?.background.asset);
    if (behind !== null) paintCovering(context, behind, { x: 0, y: 0, width, height });
    for (const viewed of tiles) {
      paintTile(context, viewed, { picture: picture(viewed.id), accent });
    }
    paintOverlays(context, overlays, {
      accent,
      logo: asset(scene?.logo?.asset),
      ticker: scene?.ticker ?? '',
      countdown: countdown(state, clock),
      nowMs: clock.nowMs,
    });
    context.restore();
  }

  #viewOf(
    state: ProgrammeState,
    { picture, logo }: { picture: (key: string) => Picture | null; logo: Picture | null },
  ): SceneView {
    const sizes = [...state.tiles.map(({ id }) => picture(id)), logo]
      .map((each) => (each ? `${each.width}x${each.height}` : ''))
      .join(' ');
    if (this.#view?.state !== state || this.#view.sizes !== sizes) {
      const view = viewScene(state, {
        videoSize: picture,
        logo,
        widthOf: (text, font) => {
          setFont(this.#context, font);
          return this.#context.measureText(text).width;
        },
      });
      this.#view = { state, sizes, view };
    }
    return this.#view.view;
  }
}

function countdown({ overlays }: ProgrammeState, { serverMs }: PaintClock): string {
  return overlays.countdownToMs === null ? '' : countdownText(overlays.countdownToMs - serverMs);
}

import type { OverlayOptions, Sharp } from 'sharp';
import type { MixedOverlay, PictureSize } from '../../broadcast/ports/stage.js';
import { loadSharp } from '../../common/pictures/load-sharp.js';
import { textColorOn } from '../../programme/colors.js';
import { countdownText, initialsOf } from '../../programme/countdown.js';
import { type Rect, containRect } from '../../programme/rect.js';
import { programmeSize } from '../../programme/scene-layout.js';
import { shorten } from '../../programme/wrap-text.js';
import type { MixedScene } from './mixed-scene.js';
import { type Font, textOptions } from './text-options.js';
import type { TextWidths } from './text-widths.js';

/** The pictures of a scene's assets, as WebP, by id. */
export type AssetPictures = ReadonlyMap<string, Uint8Array>;

const CARD_COLOR = '#23272f';
const TICKER: Font = { px: 26, weight: 500 };
const AUTHOR: Font = { px: 22, weight: 700 };
const BANNER_WEIGHT = 500;
const BANNER_PADDING = 18;
const LINE_HEIGHT = 1.3;

/**
 * Paints everything that the mixer doesn't receive as video: the overlays, and the background with
 * a card for each person without a camera. Unlike in a host's browser, the ticker doesn't move, and
 * boxes have square corners.
 */
export class MixPainter {
  readonly widths: TextWidths;

  constructor(widths: TextWidths) {
    this.widths = widths;
  }

  /** Returns the picture behind the videos, as PNG. */
  async background({ state, view }: MixedScene, assets: AssetPictures): Promise<Buffer> {
    const sharp = await loadSharp();
    const { scene } = state;
    const size = programmeSize(state.format);
    const layers: OverlayOptions[] = [];
    const behind = assets.get(scene?.fullscreen ?? '') ?? assets.get(scene?.background.asset ?? '');
    if (behind) {
      const input = await sharp(behind)
        .resize({ ...size, fit: 'cover' })
        .png()
        .toBuffer();
      layers.push({ input, left: 0, top: 0 });
    }
    const accent = scene?.accent ?? '#ffffff';
    for (const { rect, tile } of view.tiles) {
      const px = Math.round(Math.min(rect.width, rect.height) * 0.18);
      const card = await this.#box(rect, CARD_COLOR);
      const initials = await this.#line(initialsOf(tile.name), { px, weight: 600, color: accent });
      const input = await card.composite(centered(initials, rect)).png().toBuffer();
      layers.push({ input, left: rect.x, top: rect.y });
    }
    const color = scene?.background.color ?? '#000000';
    return sharp({ create: { ...size, channels: 3, background: color } })
      .composite(layers)
      .removeAlpha()
      .png({ compressionLevel: 1 })
      .toBuffer();
  }

  /** @param nowMs the server's time, for the countdown */
  async overlays(
    { state: { scene, overlays }, view }: MixedScene,
    assets: AssetPictures,
    nowMs: number,
  ): Promise<MixedOverlay[]> {
    if (!scene) return [];
    const { accent } = scene;
    const places = view.overlays;
    const painted: Promise<MixedOverlay>[] = [];
    const logo = assets.get(scene.logo?.asset ?? '');
    if (places.logo && logo) painted.push(scaled(logo, places.logo));
    for (const { name } of view.tiles)
      if (name) {
        const padding = Math.round(name.px * 0.6);
        painted.push(
          this.#texts(name.rect, { accent, padding }, [
            {
              text: name.text,
              font: { px: name.px, weight: 600 },
              top: 0,
              height: name.rect.height,
            },
          ]),
        );
      }
    if (places.banner) painted.push(this.#banner(places.banner, accent));
    if (places.ticker)
      painted.push(
        this.#texts(places.ticker, { accent, padding: BANNER_PADDING }, [
          { text: scene.ticker, font: TICKER, top: 0, height: places.ticker.height },
        ]),
      );
    if (places.countdown && overlays.countdownToMs !== null) {
      const { height } = places.countdown;
      const text = countdownText(overlays.countdownToMs - nowMs);
      const font = { px: Math.round(height * 0.62), weight: 700 };
      painted.push(
        this.#texts(places.countdown, { accent, padding: 12 }, [{ text, font, top: 0, height }]),
      );
    }
    return Promise.all(painted);
  }

  #banner(
    { rect, lines, px, author }: NonNullable<MixedScene['view']['overlays']['banner']>,
    accent: string,
  ): Promise<MixedOverlay> {
    const font = { px, weight: BANNER_WEIGHT };
    const texts = [
      ...(author === '' ? [] : [{ text: author, font: AUTHOR }]),
      ...lines.map((text) => ({ text, font })),
    ];
    let top = BANNER_PADDING;
    return this.#texts(
      rect,
      { accent, padding: BANNER_PADDING },
      texts.map((line) => {
        const height = Math.round(line.font.px * LINE_HEIGHT);
        const placed = { ...line, top, height };
        top += height;
        return placed;
      }),
    );
  }

  /** Paints a box with lines of text, each in a row with its own height. */
  async #texts(
    rect: Rect,
    { accent, padding }: { accent: string; padding: number },
    rows: readonly { text: string; font: Font; top: number; height: number }[],
  ): Promise<MixedOverlay> {
    const color = textColorOn(accent);
    const maxWidth = rect.width - 2 * padding + 1;
    await this.widths.measured((widthOf) =>
      rows.map(({ text, font }) =>
        shorten(text, { maxWidth, widthOf: (part) => widthOf(part, font) }),
      ),
    );
    const layers: OverlayOptions[] = [];
    for (const { text, font, top, height } of rows) {
      const widthOf = (part: string) => this.widths.widthOf(part, font);
      const line = await this.#line(shorten(text, { maxWidth, widthOf }), { ...font, color });
      if (line === null) continue;
      layers.push(...inRow(line, { x: padding, y: top, width: rect.width - padding, height }));
    }
    const box = await this.#box(rect, accent);
    return asOverlay(box.composite(layers), rect);
  }

  async #box({ width, height }: PictureSize, color: string): Promise<Sharp> {
    const sharp = await loadSharp();
    return sharp({ create: { width, height, channels: 4, background: color } });
  }

  /** Paints a line of text as PNG; returns null if nothing would be visible. */
  async #line(text: string, { color, ...font }: Font & { color: string }): Promise<Line | null> {
    if (text.trim() === '') return null;
    const sharp = await loadSharp();
    const options = textOptions(text, font, color);
    const { data, info } = await sharp({ text: options })
      .png()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  }
}

type Line = Readonly<{ data: Buffer; width: number; height: number }>;

function centered(line: Line | null, box: PictureSize): OverlayOptions[] {
  if (!line || line.width > box.width || line.height > box.height) return [];
  const left = Math.floor((box.width - line.width) / 2);
  return [{ input: line.data, left, top: Math.floor((box.height - line.height) / 2) }];
}

/** Centers a line vertically in a row. Omits a line that is too wide. */
function inRow(line: Line, row: Rect): OverlayOptions[] {
  if (line.width > row.width) return [];
  const top = Math.max(0, row.y + Math.floor((row.height - line.height) / 2));
  return [{ input: line.data, left: row.x, top }];
}

async function scaled(webp: Uint8Array, rect: Rect): Promise<MixedOverlay> {
  const sharp = await loadSharp();
  const { width, height } = whole(rect);
  return asOverlay(sharp(webp).resize({ width, height, fit: 'fill' }).ensureAlpha(), rect);
}

async function asOverlay(painted: Sharp, { x, y }: Rect): Promise<MixedOverlay> {
  const { data, info } = await painted.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += 4) {
    const red = data[at] ?? 0;
    data[at] = data[at + 2] ?? 0;
    data[at + 2] = red;
  }
  return {
    x: Math.floor(x),
    y: Math.floor(y),
    width: info.width,
    height: info.height,
    pixels: data,
  };
}

function whole({ width, height }: Rect): PictureSize {
  return { width: Math.max(1, Math.floor(width)), height: Math.max(1, Math.floor(height)) };
}

/** Returns the size of a picture, scaled down to fit into the programme if it is larger. */
export async function sizeOfPicture(webp: Uint8Array, within: PictureSize): Promise<PictureSize> {
  const sharp = await loadSharp();
  const { width, height } = await sharp(webp).metadata();
  const fits = width <= within.width && height <= within.height;
  return fits ? { width, height } : containRect({ width, height }, within);
}

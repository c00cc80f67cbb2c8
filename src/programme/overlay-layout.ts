import type { SceneCorner, SceneFormat } from '../protocol/scene.js';
import { containRect, type Rect, type Size } from './rect.js';
import { GAP, type PlacedTile, programmeSize } from './scene-layout.js';
import { wrapText } from './wrap-text.js';

/** Returns the width in pixels of a text in the programme's font. */
export type WidthOf = (text: string, font: { px: number; weight: number }) => number;

/** Text in a colored box. */
export interface TextBox {
  readonly rect: Rect;
  readonly lines: readonly string[];
  readonly px: number;
}

/** A person's name at the bottom of the tile. */
export interface LowerThird {
  readonly rect: Rect;
  readonly text: string;
  readonly px: number;
}

/** The positions of everything on top of the tiles. */
export interface OverlayPlaces {
  readonly ticker: Rect | null;
  readonly banner: (TextBox & { readonly author: string }) | null;
  readonly logo: Rect | null;
  readonly countdown: Rect | null;
}

const TICKER_PX = 52;
const BANNER = { px: 30, authorPx: 22, padding: 18, linesMax: 3 };
const LINE_HEIGHT = 1.3;
/** The maximum width of a banner and the size of a logo, as shares of the picture's width. */
const BANNER_SHARE: Record<SceneFormat, number> = { wide: 0.62, vertical: 1 };
const LOGO = { share: 0.18, height: 90 };
const COUNTDOWN: Size = { width: 260, height: 84 };

/** Returns the part of the picture that tiles can use: everything except the ticker's area. */
export function tileArea(format: SceneFormat, hasTicker: boolean): Rect {
  const { width, height } = programmeSize(format);
  return { x: 0, y: 0, width, height: hasTicker ? height - TICKER_PX : height };
}

/**
 * Places the overlays without overlaps: the ticker at the bottom, the banner above it, a logo in
 * the lower corners above the banner, and the countdown at the top center.
 * @param overlays.logo the logo's size, which is reduced if it is too large
 */
export function placeOverlays(
  overlays: {
    readonly ticker: boolean;
    readonly banner: { readonly author: string; readonly text: string } | null;
    readonly logo: (Size & { readonly corner: SceneCorner }) | null;
    readonly countdown: boolean;
  },
  { format, widthOf }: { format: SceneFormat; widthOf: WidthOf },
): OverlayPlaces {
  const size = programmeSize(format);
  const area = tileArea(format, overlays.ticker);
  const banner = overlays.banner && bannerBox(overlays.banner, { area, format, widthOf });
  return {
    ticker: overlays.ticker ? { x: 0, y: area.height, width: size.width, height: TICKER_PX } : null,
    banner,
    logo: overlays.logo && logoBox(overlays.logo, banner?.rect.y ?? area.height, size),
    countdown: overlays.countdown
      ? { ...COUNTDOWN, x: (size.width - COUNTDOWN.width) / 2, y: GAP }
      : null,
  };
}

/**
 * Places the name of a tile at the tile's lower left, or above the banner if the banner would cover
 * it. Returns null if the tile is too small for a name, or the banner leaves no room.
 */
export function placeName(
  { rect, isBleeding }: PlacedTile,
  name: string,
  { banner, widthOf }: { banner: Rect | null; widthOf: WidthOf },
): LowerThird | null {
  const px = Math.max(13, Math.min(26, Math.round(Math.min(rect.width, rect.height) * 0.075)));
  const height = Math.round(px * 1.8);
  const padding = Math.round(px * 0.6);
  const margin = isBleeding ? GAP : Math.round(px * 0.5);
  const room = rect.width - 2 * margin;
  if (room < 3 * px || height + 2 * margin > rect.height) return null;
  const width = Math.min(room, Math.ceil(widthOf(name, { px, weight: 600 })) + 2 * padding);
  const place = { x: rect.x + margin, y: rect.y + rect.height - margin - height, width, height };
  if (!banner || !overlap(place, banner)) return { rect: place, text: name, px };
  const above = { ...place, y: banner.y - margin - height };
  return above.y >= rect.y + margin ? { rect: above, text: name, px } : null;
}

/** Returns whether two rectangles share more than an edge. */
export function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function bannerBox(
  { author, text }: { author: string; text: string },
  { area, format, widthOf }: { area: Rect; format: SceneFormat; widthOf: WidthOf },
): TextBox & { author: string } {
  const { px, authorPx, padding, linesMax } = BANNER;
  const widest = Math.round((area.width - 2 * GAP) * BANNER_SHARE[format]);
  const font = { px, weight: 500 };
  const lines = wrapText(text, {
    maxWidth: widest - 2 * padding,
    linesMax,
    widthOf: (part) => widthOf(part, font),
  });
  const authorWidth = widthOf(author, { px: authorPx, weight: 700 });
  const textWidth = Math.max(authorWidth, ...lines.map((line) => widthOf(line, font)));
  const width = Math.min(widest, Math.ceil(textWidth) + 2 * padding);
  const authorHeight = author === '' ? 0 : Math.round(authorPx * LINE_HEIGHT);
  const height = 2 * padding + authorHeight + Math.round(lines.length * px * LINE_HEIGHT);
  const rect = { x: GAP, y: area.height - GAP - height, width, height };
  return { rect, lines, px, author };
}

function logoBox(
  { corner, ...logo }: Size & { corner: SceneCorner },
  bottom: number,
  size: Size,
): Rect {
  const box = { width: Math.round(size.width * LOGO.share), height: LOGO.height };
  // A small logo isn't enlarged, which would blur it.
  const fitted = containRect(logo, {
    width: Math.min(box.width, logo.width),
    height: Math.min(box.height, logo.height),
  });
  const { width, height } = fitted;
  return {
    width,
    height,
    x: corner.endsWith('left') ? GAP : size.width - GAP - width,
    y: corner.startsWith('top') ? GAP : bottom - GAP - height,
  };
}

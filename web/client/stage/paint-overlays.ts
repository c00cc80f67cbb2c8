import type { Rect } from '../../../src/programme/rect.js';
import type { Picture } from '../capture/scene-painter.js';
import { textColorOn } from '../../../src/programme/colors.js';
import type { OverlayPlaces } from '../../../src/programme/overlay-layout.js';
import { type Context, setFont } from './paint-tiles.js';

/** The contents of the overlays, whose positions are computed separately. */
export interface OverlayContents {
  readonly accent: string;
  readonly logo: Picture | null;
  readonly ticker: string;
  /** The remaining time, as text. */
  readonly countdown: string;
  /** The time since an arbitrary moment, in milliseconds, which moves the ticker. */
  readonly nowMs: number;
}

const TICKER = { px: 26, weight: 500, gapPx: 120, pxPerSecond: 90 };
const LINE_HEIGHT = 1.3;
const AUTHOR_PX = 22;
const PADDING = 18;

export function paintOverlays(
  context: Context,
  places: OverlayPlaces,
  contents: OverlayContents,
): void {
  if (places.logo !== null && contents.logo !== null) {
    const { x, y, width, height } = places.logo;
    context.drawImage(contents.logo.image, x, y, width, height);
  }
  if (places.banner !== null) paintBanner(context, places.banner, contents.accent);
  if (places.ticker !== null) paintTicker(context, places.ticker, contents);
  if (places.countdown !== null) paintCountdown(context, places.countdown, contents);
}

function paintBanner(
  context: Context,
  { rect, lines, px, author }: NonNullable<OverlayPlaces['banner']>,
  accent: string,
): void {
  fillBox(context, rect, { color: accent, radius: 14 });
  context.fillStyle = textColorOn(accent);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  let top = rect.y + PADDING;
  const write = (text: string, font: { px: number; weight: number }) => {
    setFont(context, font);
    const height = font.px * LINE_HEIGHT;
    context.fillText(text, rect.x + PADDING, top + height / 2, rect.width - 2 * PADDING);
    top += height;
  };
  if (author !== '') write(author, { px: AUTHOR_PX, weight: 700 });
  for (const line of lines) write(line, { px, weight: 500 });
}

/** Paints the ticker, whose text runs from right to left repeatedly. */
function paintTicker(
  context: Context,
  rect: Rect,
  { accent, ticker, nowMs }: OverlayContents,
): void {
  context.save();
  fillBox(context, rect, { color: accent, radius: 0 });
  context.clip();
  setFont(context, TICKER);
  context.fillStyle = textColorOn(accent);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const period = context.measureText(ticker).width + TICKER.gapPx;
  const start = rect.x - (((nowMs / 1_000) * TICKER.pxPerSecond) % period);
  for (let x = start; x < rect.x + rect.width; x += period) {
    context.fillText(ticker, x, rect.y + rect.height / 2);
  }
  context.restore();
}

function paintCountdown(
  context: Context,
  rect: Rect,
  { accent, countdown }: OverlayContents,
): void {
  fillBox(context, rect, { color: accent, radius: 14 });
  setFont(context, { px: Math.round(rect.height * 0.62), weight: 700 });
  context.fillStyle = textColorOn(accent);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(countdown, rect.x + rect.width / 2, rect.y + rect.height / 2, rect.width - 24);
}

function fillBox(
  context: Context,
  { x, y, width, height }: Rect,
  { color, radius }: { color: string; radius: number },
): void {
  context.fillStyle = color;
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fill();
}

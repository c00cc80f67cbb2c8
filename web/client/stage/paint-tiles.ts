import { containRect, coverCrop, type Rect } from '../../../src/programme/rect.js';
import type { Picture } from '../capture/scene-painter.js';
import { textColorOn } from '../../../src/programme/colors.js';
import { initialsOf } from '../../../src/programme/countdown.js';
import type { LowerThird } from '../../../src/programme/overlay-layout.js';
import type { ViewedTile } from '../../../src/programme/scene-view.js';
import { shorten } from '../../../src/programme/wrap-text.js';

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** The stack contains system fonts for scripts that Inter lacks. */
const SYSTEM = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
let family = SYSTEM;
const RADIUS = 14;
const SPEAKING_PX = 4;
const CARD_COLOR = '#23272f';

/**
 * Paints texts in Inter from now on. Call this once the font is loaded: a canvas in a Chromium
 * worker keeps the first font that it finds for a font string, so earlier texts must not name
 * Inter.
 */
export function selectInter(): void {
  family = `"Inter Variable", ${SYSTEM}`;
}

/** Selects the programme's font. */
export function setFont(context: Context, { px, weight }: { px: number; weight: number }): void {
  context.font = `${weight} ${px}px ${family}`;
}

/** Paints a tile: its video or a card, a frame if the person is speaking, and the name. */
export function paintTile(
  context: Context,
  { tile, rect, fit, isBleeding, name }: ViewedTile,
  { picture, accent }: { picture: Picture | null; accent: string },
): void {
  context.save();
  context.beginPath();
  context.roundRect(rect.x, rect.y, rect.width, rect.height, isBleeding ? 0 : RADIUS);
  context.save();
  if (!isBleeding) context.clip();
  if (picture === null) paintCard(context, rect, { name: tile.name, accent });
  else if (fit === 'cover') paintCovering(context, picture, rect);
  else paintContained(context, picture, rect);
  context.restore();
  if (tile.isSpeaking && !isBleeding) {
    context.lineWidth = SPEAKING_PX;
    context.strokeStyle = accent;
    context.stroke();
  }
  context.restore();
  if (name !== null) paintName(context, name, accent);
}

/** Fills the rectangle with the centered part of the picture. */
export function paintCovering(context: Context, picture: Picture, rect: Rect): void {
  const crop = coverCrop(picture, rect);
  context.drawImage(
    picture.image,
    crop.x,
    crop.y,
    crop.width,
    crop.height,
    rect.x,
    rect.y,
    rect.width,
    rect.height,
  );
}

function paintContained(context: Context, picture: Picture, rect: Rect): void {
  const fitted = containRect(picture, rect);
  if (fitted.width < rect.width - 1 || fitted.height < rect.height - 1) {
    context.fillStyle = '#000000';
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
  }
  context.drawImage(
    picture.image,
    rect.x + fitted.x,
    rect.y + fitted.y,
    fitted.width,
    fitted.height,
  );
}

/** Paints the person's initials in a circle. */
function paintCard(
  context: Context,
  { x, y, width, height }: Rect,
  { name, accent }: { name: string; accent: string },
): void {
  context.fillStyle = CARD_COLOR;
  context.fillRect(x, y, width, height);
  const radius = Math.min(width, height) * 0.22;
  const [centerX, centerY] = [x + width / 2, y + height / 2];
  context.fillStyle = accent;
  context.beginPath();
  context.arc(centerX, centerY, radius, 0, 2 * Math.PI);
  context.fill();
  setFont(context, { px: Math.round(radius * 0.8), weight: 600 });
  context.fillStyle = textColorOn(accent);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(initialsOf(name), centerX, centerY);
}

function paintName(context: Context, { rect, text, px }: LowerThird, accent: string): void {
  context.fillStyle = accent;
  context.beginPath();
  context.roundRect(rect.x, rect.y, rect.width, rect.height, px * 0.4);
  context.fill();
  setFont(context, { px, weight: 600 });
  context.fillStyle = textColorOn(accent);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const padding = Math.round(px * 0.6);
  const shown = shorten(text, {
    // The box is rounded up to whole pixels.
    maxWidth: rect.width - 2 * padding + 1,
    widthOf: (part) => context.measureText(part).width,
  });
  context.fillText(shown, rect.x + padding, rect.y + rect.height / 2);
}

import type { Rect, Size } from '../../../src/programme/rect.js';
import type { Corner } from './capture-settings.js';

/** The camera's width as a fraction of the picture's width. */
const INSET_WIDTH = 0.22;
/** The gap to the edges as a fraction of the picture's height. */
const INSET_MARGIN = 0.028;
/** The maximum size of a composed picture. */
const CANVAS_MAX: Size = { width: 1920, height: 1080 };

/**
 * Returns the picture size for a screen: at most 1080p, with the screen's aspect ratio and even
 * sides.
 */
export function canvasSizeFor(screen: Size): Size {
  const scale = Math.min(1, CANVAS_MAX.width / screen.width, CANVAS_MAX.height / screen.height);
  return { width: even(screen.width * scale), height: even(screen.height * scale) };
}

/**
 * Returns the camera's rectangle in the corner. It is 16:9, and at most a third as high as the
 * picture.
 */
export function insetRect(canvas: Size, corner: Corner): Rect {
  const width = even(Math.min(canvas.width * INSET_WIDTH, (canvas.height / 3) * (16 / 9)));
  const height = even((width * 9) / 16);
  const margin = Math.round(canvas.height * INSET_MARGIN);
  return {
    width,
    height,
    x: corner.endsWith('left') ? margin : canvas.width - width - margin,
    y: corner.startsWith('top') ? margin : canvas.height - height - margin,
  };
}

function even(length: number): number {
  return Math.max(2, Math.round(length / 2) * 2);
}

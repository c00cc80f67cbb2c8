import type { Corner } from './capture-settings.js';
import { containRect, coverCrop, type Size } from '../../../src/programme/rect.js';
import { insetRect } from './scene-layout.js';

/** Anything that a canvas can draw, with its size. */
export interface Picture extends Size {
  readonly image: CanvasImageSource;
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Paints the screen, and the camera on top of it in its corner with a thin rounded frame. */
export function paintScene(
  context: Context,
  { screen, camera, corner }: { screen: Picture; camera: Picture | null; corner: Corner },
): void {
  const canvas = { width: context.canvas.width, height: context.canvas.height };
  const whole = containRect(screen, canvas);
  if (whole.width < canvas.width - 1 || whole.height < canvas.height - 1) {
    context.fillStyle = 'black';
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.drawImage(screen.image, whole.x, whole.y, whole.width, whole.height);
  if (camera !== null) paintInset(context, camera, { canvas, corner });
}

function paintInset(
  context: Context,
  camera: Picture,
  { canvas, corner }: { canvas: Size; corner: Corner },
): void {
  const inset = insetRect(canvas, corner);
  const crop = coverCrop(camera, inset);
  const radius = Math.round(inset.height * 0.08);
  context.save();
  context.beginPath();
  context.roundRect(inset.x, inset.y, inset.width, inset.height, radius);
  context.save();
  context.clip();
  context.drawImage(
    camera.image,
    crop.x,
    crop.y,
    crop.width,
    crop.height,
    inset.x,
    inset.y,
    inset.width,
    inset.height,
  );
  context.restore();
  // The frame separates the camera from a screen of any color.
  context.lineWidth = Math.max(2, Math.round(canvas.height / 360));
  context.strokeStyle = 'rgb(255 255 255 / 0.85)';
  context.stroke();
  context.restore();
}

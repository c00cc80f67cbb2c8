/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle on a canvas, in pixels from its top left. */
export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

/** Returns the centered part of a source that fills a target without stretching. */
export function coverCrop(source: Size, target: Size): Rect {
  const scale = Math.max(target.width / source.width, target.height / source.height);
  const width = target.width / scale;
  const height = target.height / scale;
  return { width, height, x: (source.width - width) / 2, y: (source.height - height) / 2 };
}

/**
 * Returns the largest centered rectangle with a source's aspect ratio that fits a target, without
 * cropping.
 */
export function containRect(source: Size, target: Size): Rect {
  const scale = Math.min(target.width / source.width, target.height / source.height);
  const width = source.width * scale;
  const height = source.height * scale;
  return { width, height, x: (target.width - width) / 2, y: (target.height - height) / 2 };
}

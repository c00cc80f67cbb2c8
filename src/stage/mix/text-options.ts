import type { WidthOf } from '../../programme/overlay-layout.js';

/** A font's size in pixels, and its weight. */
export type Font = Parameters<WidthOf>[1];

/** Returns sharp's options for rendering a text in a font. */
export function textOptions(text: string, { px, weight }: Font, color = '#ffffff') {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return {
    text: `<span foreground="${color}" weight="${weight}">${escaped}</span>`,
    font: `Inter, sans-serif ${px}`,
    rgba: true,
    // At this resolution, a point is one pixel.
    dpi: 72,
    wrap: 'none' as const,
  };
}

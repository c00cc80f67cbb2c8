import type uPlot from 'uplot';

export interface FollowLooksOptions {
  heightPx: number;
  /** Recreates the plot with new colors. */
  remake: () => void;
  plot: { current: uPlot | null };
}

/**
 * Redraws the plot when the width or the theme changes. Returns a function that stops this and
 * removes the plot.
 */
export function followLooks(
  element: HTMLElement,
  { heightPx, remake, plot }: FollowLooksOptions,
): () => void {
  const sizes = new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width > 0) plot.current?.setSize({ width, height: heightPx });
  });
  sizes.observe(element);
  const attributes = new MutationObserver(remake);
  attributes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', remake);
  return () => {
    sizes.disconnect();
    attributes.disconnect();
    system.removeEventListener('change', remake);
    plot.current?.destroy();
    plot.current = null;
  };
}

/** The height of each simulcast layer, learned from observed frames. */
export class LayerHeights {
  readonly #seen = new Map<number, number>();

  /** Records the height of a frame of a layer. */
  observe(layer: number, height: number): void {
    if (height > 0) this.#seen.set(layer, height);
  }

  /**
   * Returns the height of a layer in pixels, or null if no height was observed yet. An unobserved
   * layer's height is derived from an observed one, because each layer is twice as high as the one
   * below it.
   */
  of(layer: number): number | null {
    const seen = this.#seen.get(layer);
    if (seen !== undefined) return seen;
    const [nearest] = [...this.#seen].toSorted(
      ([a], [b]) => Math.abs(a - layer) - Math.abs(b - layer),
    );
    if (!nearest) return null;
    const [from, height] = nearest;
    return Math.round(height * 2 ** (layer - from));
  }
}

const words = ['Low', 'Medium', 'High'];

/** Returns a layer's name in the menu: `720p`, or a word while its height is unknown. */
export function layerName(layer: number, count: number, height: number | null): string {
  if (height !== null) return `${height}p`;
  return words[layer + words.length - count] ?? `Layer ${layer + 1}`;
}

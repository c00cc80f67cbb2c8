/** What is known of each simulcast layer's height, from what was seen of them. */
export class LayerHeights {
  readonly #seen = new Map<number, number>();

  /** The picture of a layer was this high. */
  observe(layer: number, height: number): void {
    if (height > 0) this.#seen.set(layer, height);
  }

  /**
   * The height of a layer in pixels, or null while none was seen. Layers that were not seen are
   * reckoned from one that was: each is twice as high as the one below.
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

/** What a layer is called in the menu: `720p`, or a word while its height isn't known. */
export function layerName(layer: number, count: number, height: number | null): string {
  if (height !== null) return `${height}p`;
  return words[layer + words.length - count] ?? `Layer ${layer + 1}`;
}

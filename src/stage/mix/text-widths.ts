import { loadSharp } from '../../common/pictures/load-sharp.js';
import type { WidthOf } from '../../programme/overlay-layout.js';
import { type Font, textOptions } from './text-options.js';

/** The maximum number of cached widths; beyond it, the cache is cleared. */
const KEPT_MAX = 5_000;
/**
 * The maximum number of layout attempts. Each uses the measured widths of the texts in the previous
 * one.
 */
const ATTEMPTS = 40;
/** The estimated width of a character, as a fraction of the font size. */
const ESTIMATE = 0.55;

/**
 * The widths of texts in the server's font. Measuring is asynchronous, but layouts need widths at
 * once. A layout is therefore computed with estimates first, and then again with the measured
 * widths of the texts that it contains.
 */
export class TextWidths {
  readonly #widths = new Map<string, number>();

  /** Returns the measured width of a text, or an estimate. */
  readonly widthOf: WidthOf = (text, font) =>
    text === '' ? 0 : (this.#widths.get(keyOf(text, font)) ?? text.length * font.px * ESTIMATE);

  /** Resolves with the result of a layout, computed with measured widths. */
  async measured<T>(layOut: (widthOf: WidthOf) => T): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const missing = new Map<string, { text: string; font: Font }>();
      const result = layOut((text, font) => {
        const key = keyOf(text, font);
        if (text !== '' && !this.#widths.has(key)) missing.set(key, { text, font });
        return this.widthOf(text, font);
      });
      if (missing.size === 0) return result;
      await this.#measure(missing);
    }
    return layOut(this.widthOf);
  }

  async #measure(missing: ReadonlyMap<string, { text: string; font: Font }>): Promise<void> {
    const sharp = await loadSharp();
    if (this.#widths.size > KEPT_MAX) this.#widths.clear();
    for (const [key, { text, font }] of missing) {
      const isVisible = text.trim() !== '';
      const { width } = isVisible
        ? await sharp({ text: textOptions(text, font) }).metadata()
        : { width: 0 };
      this.#widths.set(key, width);
    }
  }
}

function keyOf(text: string, { px, weight }: Font): string {
  return `${px} ${weight} ${text}`;
}

import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';

/** Bytes of a movie's data that lie one after another: those of a file, or some of our own. */
export type MoviePiece = Readonly<{
  /** Where in the data. */
  at: number;
  bytes: number;
  source: Uint8Array | Readonly<{ key: string; /** Where in the file. */ from: number }>;
}>;

/** A file of samples, and what is to be put before each that can be decoded without others. */
export type MovieFile = Readonly<{
  key: string;
  bytes: number;
  fragments: readonly PackagedFragment[];
  beforeKeys: Uint8Array | null;
}>;

/** The data of a movie: files one after another. */
export class MovieData {
  readonly pieces: MoviePiece[] = [];
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  /** Adds a file. Returns its fragments as they are in the data: where, and how large their samples are. */
  add({ key, bytes, fragments, beforeKeys }: MovieFile): PackagedFragment[] {
    /** Up to where the file is in. */
    let from = 0;
    const takeUntil = (to: number): void => {
      if (to > from) this.#push({ key, from }, to - from);
      from = to;
    };
    const placed = fragments.map((fragment) => {
      // Nothing is put between here and its first sample: what is in of the file is before.
      const offset = this.#byteLength + fragment.offset - from;
      if (!beforeKeys) return { ...fragment, offset };
      const keys = new Set(fragment.keys);
      let at = fragment.offset;
      const sizes = fragment.sizes.map((size, index) => {
        const isKey = keys.has(index);
        if (isKey) {
          takeUntil(at);
          this.#push(beforeKeys, beforeKeys.length);
        }
        at += size;
        return isKey ? size + beforeKeys.length : size;
      });
      return { ...fragment, offset, sizes };
    });
    takeUntil(bytes);
    return placed;
  }

  #push(source: MoviePiece['source'], bytes: number): void {
    this.pieces.push({ at: this.#byteLength, bytes, source });
    this.#byteLength += bytes;
  }
}

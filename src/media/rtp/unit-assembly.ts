/** Ten times the size of a key frame in 50 Mb/s video. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_PIECES = 16_384;

/**
 * Collects the pieces of a unit as views of its packets, and copies them only once, when they are
 * joined. Beyond 8 MiB or 16,384 pieces, no more are accepted and {@link overflowed} is set.
 */
export class UnitAssembly {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #overflowed = false;

  /** The number of pieces, which is the position of the next one. */
  get end(): number {
    return this.#pieces.length;
  }

  get overflowed(): boolean {
    return this.#overflowed;
  }

  add(piece: Uint8Array): void {
    if (this.#pieces.length >= MAX_PIECES || this.#bytes + piece.length > MAX_BYTES) {
      this.#overflowed = true;
      return;
    }
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  /** Returns the number of bytes from a position to the end. */
  bytesFrom(place: number): number {
    let bytes = 0;
    for (let i = place; i < this.#pieces.length; i++) bytes += this.#pieces[i]?.length ?? 0;
    return bytes;
  }

  /** Copies the bytes from a position to the end, at most `limit` of them. */
  copyFrom(place: number, limit = Infinity): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(Math.min(this.bytesFrom(place), limit));
    let offset = 0;
    for (let i = place; offset < copy.length; i++) {
      const piece = this.#pieces[i] ?? copy;
      const rest = copy.length - offset;
      copy.set(piece.length <= rest ? piece : piece.subarray(0, rest), offset);
      offset += piece.length;
    }
    return copy;
  }

  /** Replaces the first `count` bytes from a position with `head`. */
  replaceHead(place: number, count: number, head: Uint8Array): void {
    let rest = count;
    for (let i = place; rest > 0 && i < this.#pieces.length; i++) {
      const piece = this.#pieces[i] ?? head;
      this.#pieces[i] = piece.subarray(Math.min(rest, piece.length));
      rest -= Math.min(rest, piece.length);
    }
    this.#pieces.splice(place, 0, head);
    this.#bytes += head.length - count + rest;
  }

  /** Removes everything from a position on. */
  cut(place: number): void {
    this.#bytes -= this.bytesFrom(place);
    this.#pieces.length = place;
  }

  /** Returns everything in one copy and empties the assembly. */
  take(): Uint8Array<ArrayBuffer> {
    const data = this.copyFrom(0);
    this.clear();
    return data;
  }

  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
    this.#overflowed = false;
  }
}

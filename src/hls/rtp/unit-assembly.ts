/** A key frame of 50 Mb/s video is a tenth of it. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_PIECES = 16_384;

/**
 * The pieces of a unit, views of its packets, until they are copied together once. Bounded: past 8 MiB or
 * 16,384 pieces it takes no more and says so by {@link overflowed}.
 */
export class UnitAssembly {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #overflowed = false;

  /** How many pieces there are: the place of the next one. */
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

  /** The bytes from a place to the end. */
  bytesFrom(place: number): number {
    let bytes = 0;
    for (let i = place; i < this.#pieces.length; i++) bytes += this.#pieces[i]?.length ?? 0;
    return bytes;
  }

  /** A copy of the bytes from a place to the end, of the first `limit` of them at most. */
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

  /** Puts `head` in place of the first `count` bytes from a place on. */
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

  /** Takes away what is from a place on. */
  cut(place: number): void {
    this.#bytes -= this.bytesFrom(place);
    this.#pieces.length = place;
  }

  /** All of it in one piece, copied; leaves the assembly empty. */
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

/** Writes bits, most significant first, for the hand-built headers of tests. */
export class BitWriter {
  readonly #bits: number[] = [];

  bits(value: number, count: number): this {
    for (let i = count - 1; i >= 0; i--) this.#bits.push(Math.floor(value / 2 ** i) % 2);
    return this;
  }

  /** ue(v) of H.264. */
  ue(value: number): this {
    const length = Math.floor(Math.log2(value + 1));
    return this.bits(0, length).bits(value + 1, length + 1);
  }

  /** se(v) of H.264. */
  se(value: number): this {
    return this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** Returns the bytes, followed by the trailing bits of RBSPs and OBUs: a 1 and zeros. */
  bytes(): Uint8Array {
    const bits = [...this.#bits, 1];
    const bytes = new Uint8Array(Math.ceil(bits.length / 8));
    for (const [i, bit] of bits.entries()) bytes[i >> 3]! |= bit << (7 - (i % 8));
    return bytes;
  }
}

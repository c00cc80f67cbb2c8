/**
 * Reads bits, most significant first. Never throws. Reads past the end return zeros and set {@link
 * failed}, so a parser needs to check only once, at the end.
 */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether a read went past the end or found an invalid number. */
  get failed(): boolean {
    return this.#failed;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** Reads an unsigned number of up to 32 bits. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.#bit();
    return value;
  }

  skip(count: number): void {
    this.#position += count;
    if (this.#position > this.#bytes.length * 8) this.#failed = true;
  }

  /** Reads ue(v) (ITU-T H.264 9.1), called uvlc() in AV1. The number is less than 2^32 - 1. */
  unsignedExpGolomb(): number {
    let zeros = 0;
    while (!this.#failed && !this.flag()) zeros++;
    if (zeros > 31) this.#failed = true;
    return this.#failed ? 0 : 2 ** zeros - 1 + this.bits(zeros);
  }

  /** Reads se(v) (ITU-T H.264 9.1.1). */
  signedExpGolomb(): number {
    const code = this.unsignedExpGolomb();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }

  #bit(): number {
    const byte = this.#bytes[this.#position >> 3];
    if (byte === undefined) {
      this.#failed = true;
      return 0;
    }
    const bit = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position++;
    return bit;
  }
}

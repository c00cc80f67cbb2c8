const HEADER_BYTES = 3;
/** The maximum length of a section of a PAT or PMT (ISO/IEC 13818-1 2.4.4). */
const SECTION_MAX = 1_024;
const CRC_BYTES = 4;
const STUFFING = 0xff;

/** Assembles the sections of a table from the payloads of one PID (ISO/IEC 13818-1 2.4.4). */
export class SectionReader {
  #held: Buffer | null = null;

  /** Discards the incomplete section, after part of it has been lost. */
  reset(): void {
    this.#held = null;
  }

  /**
   * Adds a payload and returns the sections that it completes, without their checksums; sections
   * with wrong checksums are dropped. At most one section is held.
   */
  push(payload: Uint8Array, starts: boolean): Uint8Array[] {
    if (!starts) return this.#held === null ? [] : this.#take(Buffer.concat([this.#held, payload]));
    const begin = 1 + (payload[0] ?? 0);
    if (begin > payload.length) {
      this.reset();
      return [];
    }
    const rest = payload.subarray(1, begin);
    const previous =
      this.#held === null || rest.length === 0 ? [] : this.#take(Buffer.concat([this.#held, rest]));
    return [...previous, ...this.#take(Buffer.from(payload.subarray(begin)))];
  }

  #take(bytes: Buffer): Uint8Array[] {
    const sections: Uint8Array[] = [];
    let at = 0;
    while (at + HEADER_BYTES <= bytes.length && bytes[at] !== STUFFING) {
      const end = at + HEADER_BYTES + (bytes.readUInt16BE(at + 1) & 0x0fff);
      if (end - at > SECTION_MAX) return this.#finish(sections, null);
      if (end > bytes.length) return this.#finish(sections, bytes.subarray(at));
      const section = bytes.subarray(at, end);
      if (isIntact(section)) sections.push(section.subarray(0, -CRC_BYTES));
      at = end;
    }
    const isCut = at < bytes.length && bytes[at] !== STUFFING;
    return this.#finish(sections, isCut ? bytes.subarray(at) : null);
  }

  #finish(sections: Uint8Array[], held: Buffer | null): Uint8Array[] {
    this.#held = held;
    return sections;
  }
}

/** The CRC of an intact section, including its checksum, is 0. */
const isIntact = (section: Uint8Array): boolean =>
  section.length > CRC_BYTES && crc32(section) === 0;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  let crc = value << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  return crc;
});

/** Returns the CRC of ISO/IEC 13818-1, annex A. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc << 8) ^ (CRC_TABLE[(crc >>> 24) ^ byte] ?? 0);
  return crc >>> 0;
}

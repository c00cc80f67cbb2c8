const PAGE_HEADER_BYTES = 27;
/** A segment of this length continues in the next one. */
const FULL_SEGMENT = 255;
/** The maximum packet size, much larger than an audio packet or the tags. */
const PACKET_MAX = 65_536;

/**
 * Extracts the packets of an Ogg stream (RFC 3533) as it arrives. The checksums aren't checked,
 * because the stream comes from a process on this machine.
 */
export class OggReader {
  #rest: Buffer = Buffer.alloc(0);
  #pieces: Buffer[] = [];

  /**
   * Adds a chunk and returns the packets that are now complete, including the headers.
   * @throws if the stream is not Ogg
   */
  push(chunk: Uint8Array): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const packets: Buffer[] = [];
    while (this.#takePage(packets));
    return packets;
  }

  /** Returns false if the next page is incomplete. */
  #takePage(packets: Buffer[]): boolean {
    const page = this.#rest;
    if (page.length < PAGE_HEADER_BYTES) return false;
    if (page.toString('latin1', 0, 4) !== 'OggS') throw new Error('the stream is not Ogg');
    let at = PAGE_HEADER_BYTES + page.readUInt8(PAGE_HEADER_BYTES - 1);
    if (page.length < at) return false;
    const lengths = page.subarray(PAGE_HEADER_BYTES, at);
    if (page.length < at + lengths.reduce((sum, length) => sum + length, 0)) return false;
    for (const length of lengths) {
      this.#pieces.push(page.subarray(at, at + length));
      at += length;
      if (length < FULL_SEGMENT) packets.push(this.#takePacket());
    }
    this.#rest = page.subarray(at);
    return true;
  }

  #takePacket(): Buffer {
    const packet = Buffer.concat(this.#pieces);
    this.#pieces = [];
    if (packet.length > PACKET_MAX) throw new Error('Ogg packet too large');
    return packet;
  }
}

import { SYNC_BYTE, TS_PACKET_BYTES } from './ts-packet.js';

/**
 * Finds the packets in a byte stream. At the beginning, and after damage, a packet is accepted only
 * if another one follows it. Holds less than two packets.
 */
export class PacketSync {
  #held: Buffer = Buffer.alloc(0);
  #isSynced = false;
  #skippedBytes = 0;

  /** The number of bytes skipped since the last packet. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /**
   * Adds received bytes and returns the packets that they complete, which may share the bytes'
   * memory.
   */
  push(bytes: Uint8Array): Uint8Array[] {
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const packets: Uint8Array[] = [];
    let at = 0;
    while (all.length - at >= TS_PACKET_BYTES) {
      this.#isSynced &&= all[at] === SYNC_BYTE;
      if (!this.#isSynced) {
        // One more byte is needed to see that another packet follows.
        if (all.length - at === TS_PACKET_BYTES) break;
        this.#isSynced = all[at] === SYNC_BYTE && all[at + TS_PACKET_BYTES] === SYNC_BYTE;
      }
      if (this.#isSynced) {
        packets.push(all.subarray(at, at + TS_PACKET_BYTES));
        this.#skippedBytes = 0;
        at += TS_PACKET_BYTES;
      } else {
        this.#skippedBytes += 1;
        at += 1;
      }
    }
    this.#held = Buffer.from(all.subarray(at));
    return packets;
  }
}

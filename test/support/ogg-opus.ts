import { readFile } from 'node:fs/promises';
import type { Sample } from '../../src/media/mp4/sample.js';

const PACKET_TICKS = 960;

/**
 * Returns the packets in an Ogg file with one Opus stream of 20 ms packets (RFC 3533, section 6,
 * and RFC 7845, section 3).
 */
export async function readOpus(path: string): Promise<Sample[]> {
  const file = await readFile(path);
  const packets: Buffer[] = [];
  let pieces: Buffer[] = [];
  for (let page = 0; page < file.length;) {
    const segments = file[page + 26]!;
    let at = page + 27 + segments;
    for (let i = 0; i < segments; i += 1) {
      const length = file[page + 27 + i]!;
      pieces.push(file.subarray(at, at + length));
      at += length;
      if (length === 255) continue; // The packet continues in the next segment.
      packets.push(Buffer.concat(pieces));
      pieces = [];
    }
    page = at;
  }
  // The first two packets are headers.
  return packets.slice(2).map((data) => ({ data, durationTicks: PACKET_TICKS, keyFrame: true }));
}
